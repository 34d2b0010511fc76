/** LWW-Element-Set: each element stands as its last write, by the writers' own times, says; removed ones stay as tombstones. */
import { checkBias, checkElement, checkSize, checkTime, problem } from './problem.js';
import type { Bias, LwwElementSet, LwwEntry } from './state.js';

type Times = readonly [added: number | null, removed: number | null];

const never: Times = [null, null];

/** `bias` says which of an add and a remove with equal times counts: the add unless told otherwise. */
export function createLwwElementSet(bias: Bias = 'add'): LwwElementSet {
  checkBias(bias);
  return { crdt: 'lww_element_set', bias, e: [] };
}

export function addAt(set: LwwElementSet, element: string, time: number): LwwElementSet {
  checkTime(time);
  return written(set, element, [time, null]);
}

/** A remove of an element that is not there is kept too: an older add of it may still arrive. */
export function removeAt(set: LwwElementSet, element: string, time: number): LwwElementSet {
  checkTime(time);
  return written(set, element, [null, time]);
}

function written(set: LwwElementSet, element: string, times: Times): LwwElementSet {
  checkElement(element);
  const all = timesOf(set.e);
  all.set(element, join(all.get(element) ?? never, times));
  return made(set.bias, all);
}

export function lwwElements(set: LwwElementSet): string[] {
  return set.e.filter((entry) => isIn(entry, set.bias)).map(([element]) => element);
}

function isIn([, added, removed]: LwwEntry, bias: Bias): boolean {
  if (added === null || removed === null) return added !== null;
  return added === removed ? bias === 'add' : added > removed;
}

export function mergeLwwElementSets(a: LwwElementSet, b: LwwElementSet): LwwElementSet {
  if (a.bias !== b.bias) throw problem('The two sets have different biases: they are not replicas of one set.');
  const all = timesOf(a.e);
  for (const [element, times] of timesOf(b.e)) all.set(element, join(all.get(element) ?? never, times));
  return made(a.bias, all);
}

export function readLwwElementSet(state: Readonly<Record<string, unknown>>): LwwElementSet {
  const { bias, e } = state;
  checkBias(bias);
  if (!Array.isArray(e)) throw problem('A set’s elements are an array.');
  checkSize(e.length);
  const all = new Map<string, Times>();
  for (const entry of e as readonly unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 3)
      throw problem(
        'An element of a lww_element_set is an array of three: the element, its last add, its last remove.',
      );
    const [element, added, removed] = entry as readonly unknown[];
    checkElement(element);
    if (all.has(element)) throw problem('An element stands twice in the set’s state.');
    all.set(element, [readTime(added), readTime(removed)]);
  }
  return made(bias, all);
}

function readTime(time: unknown): number | null {
  if (time === null) return null;
  checkTime(time);
  // JSON knows -0.
  return time === 0 ? 0 : time;
}

function timesOf(entries: readonly LwwEntry[]): Map<string, Times> {
  return new Map(entries.map(([element, added, removed]) => [element, [added, removed]]));
}

function join([added, removed]: Times, [otherAdded, otherRemoved]: Times): Times {
  return [later(added, otherAdded), later(removed, otherRemoved)];
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

/** One form for equal sets: in the order of the elements, without those that were never written. */
function made(bias: Bias, all: ReadonlyMap<string, Times>): LwwElementSet {
  const entries: LwwEntry[] = [];
  for (const [element, [added, removed]] of all)
    if (added !== null || removed !== null) entries.push([element, added, removed]);
  checkSize(entries.length);
  return { crdt: 'lww_element_set', bias, e: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
