/** What the sync takes of the machine over a run, and whether it grows: a process that leaks is found by a long run. Pure but for `lookAt`. */
import { readdir, readFile } from 'node:fs/promises';

export interface Footprint {
  /** Since the run began. */
  readonly atMs: number;
  /** Resident memory. */
  readonly bytes: number;
  /** Open files and sockets. */
  readonly handles: number;
  /** Of the slower direction; null: the process did not answer. */
  readonly lagMs: number | null;
}

/** A part of the run; middle values. */
export interface Stretch {
  readonly fromMs: number;
  readonly samples: number;
  readonly megabytes: number;
  readonly mostMegabytes: number;
  readonly handles: number;
  readonly lagMs: number | null;
}

const parts = 4;
/** In a shorter run heap and pools are still on their way to their usual size. */
const judgedFromMs = 20 * 60_000;
/** What a later part may take above an earlier one: memory moves with the garbage collector's mood, handles with pools. */
const allowed = { megabytesTimes: 1.2, megabytes: 20, handles: 10, lagTimes: 1.5, lagMs: 1_000 };

/** Null where the process is gone, or the system has no `/proc`. */
export async function lookAt(pid: number | undefined): Promise<Pick<Footprint, 'bytes' | 'handles'> | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const handles = (await readdir(`/proc/${pid}/fd`)).length;
    return Number.isNaN(kilobytes) ? null : { bytes: kilobytes * 1024, handles };
  } catch {
    return null;
  }
}

/** The run in quarters, by time; those without a sample are left out. */
export function stretches(samples: readonly Footprint[]): readonly Stretch[] {
  const end = samples.at(-1)?.atMs ?? 0;
  return Array.from({ length: parts }, (_, part) => {
    const fromMs = (end * part) / parts;
    return {
      fromMs,
      taken: samples.filter(({ atMs }) => Math.min(parts - 1, Math.floor((atMs * parts) / end)) === part),
    };
  })
    .filter(({ taken }) => taken.length > 0)
    .map(({ fromMs, taken }) => stretchOf(fromMs, taken));
}

function stretchOf(fromMs: number, taken: readonly Footprint[]): Stretch {
  const lags = taken.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]));
  const megabytes = taken.map(({ bytes }) => Math.round(bytes / 1e6));
  return {
    fromMs: Math.round(fromMs),
    samples: taken.length,
    megabytes: middle(megabytes),
    mostMegabytes: Math.max(...megabytes),
    handles: middle(taken.map(({ handles }) => handles)),
    lagMs: lags.length === 0 ? null : middle(lags),
  };
}

/** What grew from the second quarter to the last; nothing is said of a short run. */
export function growth(samples: readonly Footprint[]): readonly string[] {
  const [, early, , late] = stretches(samples);
  if (!early || !late || (samples.at(-1)?.atMs ?? 0) < judgedFromMs) return [];
  const grown: string[] = [];
  const look = (what: string, [before, now]: readonly [number, number], most: number): void => {
    if (now > most) grown.push(`${what} grew from ${before} in the second quarter to ${now} in the last`);
  };
  const { megabytesTimes, megabytes, handles, lagTimes, lagMs } = allowed;
  look('memory (MB)', [early.megabytes, late.megabytes], early.megabytes * megabytesTimes + megabytes);
  look('handles', [early.handles, late.handles], early.handles + handles);
  const lags = [early.lagMs ?? 0, late.lagMs ?? 0] as const;
  look('lag (ms)', lags, lags[0] * lagTimes + lagMs);
  return grown;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
