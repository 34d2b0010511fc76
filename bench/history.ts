/** What earlier runs measured, and which ratio has become worse since. Pure: must not read files or ask the machine. */
import { type Ratio, type Report, type Row, shown } from './report.js';

/** Runs on machines that differ in one of these are not compared. */
export interface Machine {
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  /** Null where a benchmark needs no server. */
  readonly postgres: string | null;
  readonly mongodb: string | null;
}

export interface Entry {
  /** As ISO 8601. */
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  /** What was asked for: a short run is not compared with a long one. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly ratios: readonly Ratio[];
  readonly bars: readonly { readonly what: string; readonly measured: number; readonly held: boolean }[];
  readonly rows: readonly Row[];
}

export interface Worse {
  readonly what: string;
  readonly value: number;
  readonly median: number;
  /** How many earlier runs the median is of. */
  readonly runs: number;
  /** 0.2: a fifth worse. */
  readonly by: number;
}

/** Two runs of the same code differ by about this much. */
const tolerated = 0.15;

export function entryOf(
  { ratios, bars, rows }: Report,
  { at, commit, machine, options }: Pick<Entry, 'at' | 'commit' | 'machine' | 'options'>,
): Entry {
  const kept = bars.map(({ what, measured, held }) => ({ what, measured, held }));
  return { at, commit, machine, options, ratios, bars: kept, rows };
}

/** The ratios that are worse by more than is tolerated than the median of earlier runs on such a machine, with such options. */
export function worseThanBefore(entry: Entry, earlier: readonly Entry[]): Worse[] {
  const alike = earlier.filter((other) => shapeOf(other) === shapeOf(entry));
  return entry.ratios.flatMap(({ what, value, better }) => {
    const before = alike
      .flatMap(({ ratios }) => ratios.filter((ratio) => ratio.what === what))
      .map((ratio) => ratio.value);
    if (before.length === 0) return [];
    const median = medianOf(before);
    const by = better === 'more' ? 1 - value / median : value / median - 1;
    return by > tolerated ? [{ what, value, median, runs: before.length, by }] : [];
  });
}

/** For a person, one a line. */
export function worseLines(worse: readonly Worse[]): string[] {
  return worse.map(({ what, value, median, runs, by }) => {
    const before = runs === 1 ? 'the earlier run' : `the median of ${runs} earlier runs`;
    return `WORSE  ${what}: ${shown(value)}, ${Math.round(by * 100)} % worse than ${before} (${shown(median)})`;
  });
}

function shapeOf({ machine, options }: Entry): string {
  const { cores, platform, node, postgres, mongodb } = machine;
  const asked = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([cores, platform, majorOf(node), postgres, mongodb, asked]);
}

function majorOf(version: string): string {
  return version.split('.')[0] as string;
}

/** Of an even number of values the mean of the middle two. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
