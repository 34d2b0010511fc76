/** Sums of runs, by scenario: what the explorer's table shows. Pure. */
import type { RunResult } from './run-one.js';

export interface Tally {
  runs: number;
  bad: number;
  conflicts: number;
  userWrites: number;
  ours: number;
  steps: number;
  /** The failure with the lowest seed. */
  first: { readonly seed: number; readonly problems: readonly string[] } | null;
}

export function emptyTally(): Tally {
  return { runs: 0, bad: 0, conflicts: 0, userWrites: 0, ours: 0, steps: 0, first: null };
}

export function count(tally: Tally, result: RunResult): void {
  tally.runs++;
  tally.conflicts += result.conflicts;
  tally.userWrites += result.userWrites;
  tally.ours += result.ours;
  tally.steps += result.steps;
  if (result.problems.length === 0) return;
  tally.bad++;
  if (tally.first === null || result.seed < tally.first.seed)
    tally.first = { seed: result.seed, problems: result.problems };
}

export function join(into: Tally, from: Tally): void {
  into.runs += from.runs;
  into.bad += from.bad;
  into.conflicts += from.conflicts;
  into.userWrites += from.userWrites;
  into.ours += from.ours;
  into.steps += from.steps;
  if (from.first !== null && (into.first === null || from.first.seed < into.first.seed)) into.first = from.first;
}

/** One line per scenario, then the first failure of each and how to see it step by step. */
export function table(tallies: ReadonlyMap<string, Tally>, broken: readonly string[]): string {
  const rows = [['scenario', 'runs', 'bad', 'conflicts', 'writes/user write', 'steps/run']];
  const failures: string[] = [];
  for (const [name, one] of tallies) {
    const ratio = one.userWrites === 0 ? '-' : (one.ours / one.userWrites).toFixed(2);
    const steps = one.runs === 0 ? '-' : String(Math.round(one.steps / one.runs));
    rows.push([name, String(one.runs), String(one.bad), String(one.conflicts), ratio, steps]);
    if (one.first === null) continue;
    const options = broken.map((rule) => ` --break ${rule}`).join('');
    failures.push(`${name}, seed ${one.first.seed}: ${one.first.problems.join('; ')}`);
    failures.push(`  step by step: npm run explore -- --scenario ${name} --seed ${one.first.seed}${options} --trace`);
  }
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
      )
      .join('  '),
  );
  return [...lines, ...failures].join('\n');
}
