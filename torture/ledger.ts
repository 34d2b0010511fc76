/** The ledger of torture runs: a line of JSON for each, and what the lines say together. Pure. */
import type { TortureOptions } from './options.js';
import { summaryOf } from './report.js';
import type { TortureResult } from './run.js';

type Counts = Readonly<Record<string, number>>;

export interface LedgerEntry {
  readonly at: string;
  readonly version: string;
  /** With `+` where files differed from it. */
  readonly commit: string;
  readonly seed: number;
  readonly seconds: number;
  /** Those asked for by name; null: all that the machine can do. */
  readonly chosen: readonly string[] | null;
  readonly faults: Counts;
  readonly writes: { readonly acknowledged: number; readonly unknown: number; readonly failed: number };
  readonly conflicts: Counts;
  readonly pointsHit: Counts;
  readonly restarts: number;
  readonly settledMs: number;
  readonly problems: number;
}

/** What the promise of a nightly run is about. */
export const nightlySeconds = 60;

export function ledgerLine(
  result: TortureResult,
  { seed, seconds, faults: chosen }: Pick<TortureOptions, 'seed' | 'seconds' | 'faults'>,
  of: { readonly at: string; readonly version: string; readonly commit: string },
): string {
  const { writes, faults, pointsHit, restarts, conflicts, settledMs, problems } = summaryOf(result);
  const { acknowledged, unknown, failed } = writes;
  const entry: LedgerEntry = {
    ...of,
    seed,
    seconds,
    chosen,
    faults,
    writes: { acknowledged, unknown, failed },
    conflicts,
    pointsHit,
    restarts,
    settledMs,
    problems,
  };
  return `${JSON.stringify(entry)}\n`;
}

export function readLedger(text: string): readonly LedgerEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerEntry);
}

/** Seeds whose newest whole run, with all faults and as long as a nightly one, found nothing. */
export function passedSeeds(entries: readonly LedgerEntry[]): ReadonlySet<number> {
  const newest = new Map<number, LedgerEntry>();
  for (const entry of entries) if (isNightly(entry)) newest.set(entry.seed, entry);
  return new Set([...newest.values()].filter(({ problems }) => problems === 0).map(({ seed }) => seed));
}

export function isNightly({ chosen, seconds }: LedgerEntry): boolean {
  return chosen === null && seconds >= nightlySeconds;
}

/** Each name with the sum of its counts. */
export function summed(counts: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const one of counts) for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** As the page on reliability shows it: a row for each commit, then how often each fault and each point came. */
export function ledgerTables(entries: readonly LedgerEntry[]): string {
  if (entries.length === 0) return 'No run is in the ledger.';
  const commits = [...new Set(entries.map(({ commit }) => commit))];
  const rows = commits.flatMap((commit) =>
    [true, false].flatMap((nightly) =>
      rowOf(
        entries.filter((entry) => entry.commit === commit && isNightly(entry) === nightly),
        nightly,
      ),
    ),
  );
  return [
    '| commit | runs | seeds | seconds each | transactions | conflicts | restarts | fault kinds a run | problems |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `Seeds whose newest run of ${nightlySeconds} s with all faults found nothing: ${passedSeeds(entries).size} (${ranges([...passedSeeds(entries)])}).`,
    '',
    `Faults, in all runs: ${listed(summed(entries.map(({ faults }) => faults)))}.`,
    '',
    `Fault points at which a process was killed, in all runs: ${listed(summed(entries.map(({ pointsHit }) => pointsHit)))}.`,
  ].join('\n');
}

function rowOf(runs: readonly LedgerEntry[], nightly: boolean): string[] {
  const [first] = runs;
  if (first === undefined) return [];
  const bad = runs.filter(({ problems }) => problems > 0).map(({ seed, problems }) => `seed ${seed}: ${problems}`);
  const of = (count: (entry: LedgerEntry) => number): string =>
    runs.reduce((sum, entry) => sum + count(entry), 0).toLocaleString('en-US');
  const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lengths = [...new Set(runs.map(({ seconds }) => seconds))].join(', ');
  const kinds = Math.min(...runs.map(({ faults }) => Object.keys(faults).length));
  return [
    `| ${first.commit}${nightly ? '' : ', chosen faults'} | ${runs.length} | ${ranges(runs.map(({ seed }) => seed))} | ${lengths} | ${of(({ writes }) => writes.acknowledged)} | ${of(({ conflicts }) => total(conflicts))} | ${of(({ restarts }) => restarts)} | ${kinds} or more | ${bad.length === 0 ? '0' : bad.join(', ')} |`,
  ];
}

/** `1-3, 7`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: { first: number; last: number }[] = [];
  for (const number of sorted) {
    const open = parts.at(-1);
    if (open !== undefined && open.last === number - 1) open.last = number;
    else parts.push({ first: number, last: number });
  }
  return parts.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ') || 'none';
}

function listed(counts: Counts): string {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, count]) => `\`${name}\` ${count}`).join(', ') || 'none';
}
