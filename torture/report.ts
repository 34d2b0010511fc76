/** A run's result as text and as data for machines. Pure, but for reading what it is given. */
import type { Evidence, Problem } from './evidence.js';
import { type Stretch, stretches } from './footprint.js';
import type { TortureResult } from './run.js';

/** Of one record as much is shown: the newest is what is looked for. */
const mostTransactions = 40;
const mostProblems = 20;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`;

export function scheduleLines({ planned }: Pick<TortureResult, 'planned'>): readonly string[] {
  return planned.map(({ name, atMs, forMs }) => `  ${seconds(atMs)}  ${name} for ${(forMs / 1000).toFixed(1)} s`);
}

function counted(items: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

function listed(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

export function summaryOf(result: TortureResult) {
  const conflicts = result.evidence?.conflicts ?? [];
  return {
    writes: result.writes,
    faults: counted(result.faults.map(({ name }) => name)),
    leftOut: result.leftOut,
    conflicts: counted(conflicts.map(({ kind }) => kind)),
    strategies: counted(conflicts.map(({ strategy }) => strategy)),
    deadLetters: result.evidence?.deadLetters.length ?? 0,
    restarts: Math.max(0, result.sync.started - 1),
    ends: result.sync.ends,
    unreachable: result.sync.unreachable,
    pointsHit: result.sync.pointsHit,
    settledMs: result.settledMs,
    footprint: stretches(result.footprints),
    problems: result.problems.length,
  };
}

export function summaryLines(result: TortureResult): readonly string[] {
  const summary = summaryOf(result);
  const { acknowledged, unknown, failed } = summary.writes;
  return [
    `users' transactions: ${acknowledged} acknowledged, ${unknown} unknown, ${failed} failed`,
    `faults: ${listed(summary.faults)}`,
    ...summary.leftOut.map(({ name, why }) => `left out: ${name}: ${why}`),
    `fault points hit: ${listed(summary.pointsHit)}`,
    `conflicts by kind: ${listed(summary.conflicts)}; by strategy: ${listed(summary.strategies)}; dead letters ${summary.deadLetters}`,
    `the sync was started again ${summary.restarts} times; ends: ${listed(summary.ends as Record<string, number>)}`,
    `at rest after ${(summary.settledMs / 1000).toFixed(1)} s`,
    ...summary.footprint.map(footprintLine),
  ];
}

function footprintLine({ fromMs, megabytes, mostMegabytes, handles, lagMs }: Stretch): string {
  const lag = lagMs === null ? 'no lag known' : `lag ${lagMs} ms`;
  return `  from ${(fromMs / 60_000).toFixed(1)} min on: ${megabytes} MB (at most ${mostMegabytes}), ${handles} handles, ${lag}`;
}

export function problemLines(result: TortureResult): readonly string[] {
  const { problems, evidence } = result;
  const lines: string[] = [];
  for (const problem of problems.slice(0, mostProblems)) {
    const record = problem.table === null ? '' : ` ${problem.table} ${problem.key ?? ''}`;
    lines.push(`PROBLEM (${problem.check})${record}: ${problem.text}`);
    if (evidence !== null) lines.push(...storyOf(problem, evidence).map((line) => `    ${line}`));
  }
  if (problems.length > mostProblems) lines.push(`and ${problems.length - mostProblems} more`);
  return lines;
}

/** What is known of one record, in the order in which it happened. */
export function storyOf({ table, key }: Problem, evidence: Evidence): readonly string[] {
  if (table === null || key === null) return [];
  const shown = (values: unknown): string => JSON.stringify(values);
  const lines = evidence.history.flatMap(({ id, side, outcome, beganAt, endedAt, writes }) =>
    writes
      .filter((write) => write.table === table && write.key === key)
      .map(
        ({ before, after }) =>
          `${seconds(beganAt)} to ${seconds(endedAt)}  ${side} ${outcome} (${id}): ${shown(before)} became ${shown(after)}`,
      ),
  );
  const skipped = lines.length - mostTransactions;
  const conflicts = evidence.conflicts
    .filter((conflict) => conflict.table === table && conflict.key === key)
    .map(
      (one) =>
        `conflict ${one.id}, ${one.kind}, ${one.strategy}, ${one.state}: base ${shown(one.base)} sql ${shown(one.sql)} mongodb ${shown(one.mongodb)} resolved ${shown(one.resolved)}`,
    );
  const letters = evidence.deadLetters.filter((letter) => letter.table === table && letter.key === key);
  const standing = (['sql', 'mongodb'] as const).map(
    (side) =>
      `${side}: at first ${shown(evidence.initial[side].get(table)?.get(key) ?? null)}, at last ${shown(evidence.final[side].get(table)?.get(key) ?? null)}`,
  );
  return [
    ...standing,
    ...(skipped > 0 ? [`${skipped} earlier transactions are not shown`] : []),
    ...lines.slice(-mostTransactions),
    ...conflicts,
    ...letters.map(({ text }) => `dead letter ${text}`),
  ];
}
