/** G-Counter and PN-Counter: each actor counts for itself, so that no increment is lost and none is counted twice. */
import { actorsOf, countOf, joinCounts, noCounts, readCounts, sumOf, withCount } from './actor-counts.js';
import { checkCount, checkSize, problem } from './problem.js';
import type { ActorCounts, Counter, GCounter, PnCounter } from './state.js';

export function createGCounter(): GCounter {
  return { crdt: 'g_counter', p: noCounts };
}

export function createPnCounter(): PnCounter {
  return { crdt: 'pn_counter', p: noCounts, n: noCounts };
}

/** `by` is 1 or more; a smaller counter is made by `decrement`. Throws `crdt_invalid`, also where the actor’s count would pass 2^53 - 1. */
export function increment<T extends Counter>(state: T, actor: string, by = 1): T {
  return { ...state, p: grown(state.p, actor, by) };
}

/** `by` is 1 or more. */
export function decrement(state: PnCounter, actor: string, by = 1): PnCounter {
  if (state.crdt !== 'pn_counter') throw problem('Only a pn_counter can be decremented.');
  return { ...state, n: grown(state.n, actor, by) };
}

function grown(counts: ActorCounts, actor: string, by: number): ActorCounts {
  checkCount(by, 1);
  const next = withCount(counts, actor, countOf(counts, actor) + by);
  checkSize(actorsOf(next));
  return next;
}

/** Exact; throws `crdt_invalid` beyond ±(2^53 - 1), which only the sum of several actors can reach. */
export function counterValue(state: Counter): number {
  const sum = sumOf(state.p) - (state.crdt === 'pn_counter' ? sumOf(state.n) : 0n);
  const value = Number(sum);
  if (!Number.isSafeInteger(value)) throw problem('The counter’s value is beyond 2^53 - 1.');
  return value;
}

export function mergeGCounters(a: GCounter, b: GCounter): GCounter {
  return sized({ crdt: 'g_counter', p: joinCounts(a.p, b.p) });
}

export function mergePnCounters(a: PnCounter, b: PnCounter): PnCounter {
  return sized({ crdt: 'pn_counter', p: joinCounts(a.p, b.p), n: joinCounts(a.n, b.n) });
}

export function readGCounter(state: Readonly<Record<string, unknown>>): GCounter {
  return sized({ crdt: 'g_counter', p: readCounts(state['p']) });
}

export function readPnCounter(state: Readonly<Record<string, unknown>>): PnCounter {
  return sized({ crdt: 'pn_counter', p: readCounts(state['p']), n: readCounts(state['n']) });
}

function sized<T extends Counter>(state: T): T {
  checkSize(actorsOf(state.p) + (state.crdt === 'pn_counter' ? actorsOf(state.n) : 0));
  return state;
}
