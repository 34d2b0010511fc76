/**
 * Which fault begins when, and for how long it is held: the same for the same seed, seconds and faults. Pure.
 */
import { Random } from '../../src/testing/random.js';
import type { Fault } from './fault.js';

export interface Planned {
  readonly name: string;
  readonly atMs: number;
  readonly forMs: number;
  /** For what the fault itself chooses. */
  readonly seed: number;
}

/** What a plan looks at of a fault. */
export type Plannable = Pick<Fault, 'name' | 'touches' | 'seconds' | 'rare'>;

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Plannable[];
  /** The faults were chosen by name: rare ones too are wanted, however short the run is. */
  readonly named: boolean;
}

/** Users begin alone, and a fault gets time to be undone before the end. */
const quietStartMs = 2_000;
const quietEndMs = 1_000;
/** Undoing takes time too: elections, restarts. */
const undoMs = 2_500;
const rareFromSeconds = 120;
/** The share of the run that one fault may be held at most. */
const mostShare = 1 / 8;
/** Between the ends of what touches the same and the next one: least and most. */
const gapMs = [300, 1_500] as const;
/** At once. */
const tracks = 2;

export function plan({ seed, seconds, faults, named }: PlanOptions): readonly Planned[] {
  const random = new Random(seed);
  const untilMs = seconds * 1000 - quietEndMs;
  const pool = faults.filter(({ rare }) => rare !== true || named || seconds >= rareFromSeconds);
  const free = new Map<string, number>();
  const tracksFree = Array.from({ length: tracks }, () => quietStartMs);
  const planned: Planned[] = [];
  const used = new Set<string>();
  let bag: Plannable[] = [];
  // Each round takes one out of the bag, so it ends: a fault that no longer fits is left, and a round in which none fits is the last.
  let fits = true;
  while (fits && pool.length > 0) {
    fits = false;
    bag = shuffled(pool, random);
    for (const fault of bag) {
      if (fault.rare === true && used.has(fault.name)) continue;
      const track = tracksFree.indexOf(Math.min(...tracksFree));
      const ready = Math.max(tracksFree[track] ?? 0, ...fault.touches.map((touched) => free.get(touched) ?? 0));
      const atMs = Math.round(ready + gapMs[0] + random.next() * (gapMs[1] - gapMs[0]));
      const forMs = holding(fault, seconds, random);
      if (atMs + forMs + undoMs > untilMs) continue;
      fits = true;
      used.add(fault.name);
      planned.push({ name: fault.name, atMs, forMs, seed: Math.floor(random.next() * 2 ** 31) });
      const end = atMs + forMs + undoMs;
      tracksFree[track] = end;
      for (const touched of fault.touches) free.set(touched, end);
    }
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

function holding({ seconds: [least, most] }: Plannable, seconds: number, random: Random): number {
  const limit = Math.max(least, Math.min(most, seconds * mostShare));
  return Math.round(1000 * (least + random.next() * (limit - least)));
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.int(at + 1);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
