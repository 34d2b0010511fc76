/** Counts by actor: the greater of each joins two of them. Must not know what is counted. */
import { checkActor, checkCount, problem } from './problem.js';
import type { ActorCounts } from './state.js';

export const noCounts: ActorCounts = {};

export function countOf(counts: ActorCounts, actor: string): number {
  // Only its own: any object has a `constructor`.
  return Object.hasOwn(counts, actor) ? (counts[actor] as number) : 0;
}

export function withCount(counts: ActorCounts, actor: string, count: number): ActorCounts {
  checkActor(actor);
  checkCount(count, 0);
  return fromEntries(new Map([...Object.entries(counts), [actor, count]]));
}

export function joinCounts(a: ActorCounts, b: ActorCounts): ActorCounts {
  // Usual in a set: an element that one side alone has, or that nobody removed.
  if (isNone(b)) return a;
  if (isNone(a)) return b;
  const joined = new Map(Object.entries(a));
  for (const [actor, count] of Object.entries(b)) joined.set(actor, Math.max(count, joined.get(actor) ?? 0));
  return fromEntries(joined);
}

/** Exact, whatever the number of actors. */
export function sumOf(counts: ActorCounts): bigint {
  let sum = 0n;
  for (const count of Object.values(counts)) sum += BigInt(count);
  return sum;
}

function isNone(counts: ActorCounts): boolean {
  for (const _ in counts) return false;
  return true;
}

export function actorsOf(counts: ActorCounts): number {
  return Object.keys(counts).length;
}

export function readCounts(value: unknown): ActorCounts {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw problem('Counts are an object with a number for each actor.');
  if (isNone(value as ActorCounts)) return noCounts;
  const counts = new Map<string, number>();
  for (const [actor, count] of Object.entries(value)) {
    checkActor(actor);
    checkCount(count, 0);
    counts.set(actor, count);
  }
  return fromEntries(counts);
}

/** One form for equal counts: without zeros, and in the order of the names. */
function fromEntries(counts: ReadonlyMap<string, number>): ActorCounts {
  const entries = [...counts].filter(([, count]) => count > 0);
  if (entries.length > 1) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
