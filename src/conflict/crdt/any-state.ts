/** What can be done with a CRDT state of any kind: read it, take its value, merge two. */
import { isIsthmusError } from '../../base/errors.js';
import { counterValue, mergeGCounters, mergePnCounters, readGCounter, readPnCounter } from './counter.js';
import { addAt, lwwElements, mergeLwwElementSets, readLwwElementSet, removeAt } from './lww-element-set.js';
import { addTagged, mergeOrSets, orElements, readOrSet, removeSeen } from './or-set.js';
import { problem } from './problem.js';
import type { Counter, Crdt, ElementSet, LwwElementSet, OrSet } from './state.js';

type Fields = Readonly<Record<string, unknown>>;

interface Kind {
  readonly keys: readonly string[];
  readonly read: (state: Fields) => Crdt;
}

const kinds: Readonly<Record<Crdt['crdt'], Kind>> = {
  g_counter: { keys: ['crdt', 'p'], read: readGCounter },
  pn_counter: { keys: ['crdt', 'p', 'n'], read: readPnCounter },
  lww_element_set: { keys: ['crdt', 'bias', 'e'], read: readLwwElementSet },
  or_set: { keys: ['crdt', 'e'], read: readOrSet },
};

/** Reads a state from JSON data (not text), in the one form that equal states have. Throws `crdt_invalid` with what is wrong. */
export function parse(value: unknown): Crdt {
  if (typeof value !== 'object' || value === null) throw problem('A CRDT state is an object.');
  const state = value as Fields;
  const tag = state['crdt'];
  if (typeof tag !== 'string' || !Object.hasOwn(kinds, tag))
    throw problem(`A CRDT state has the key "crdt" with one of ${Object.keys(kinds).join(', ')}.`);
  const kind = kinds[tag as Crdt['crdt']];
  // An unknown key would be lost by the next merge.
  if (Object.keys(state).some((key) => !kind.keys.includes(key)))
    throw problem(`A ${tag} has the keys ${kind.keys.join(', ')} and no others.`);
  return kind.read(state);
}

/** Whether `parse` would read it. */
export function isCrdt(value: unknown): value is Crdt {
  try {
    parse(value);
    return true;
  } catch (error) {
    if (isIsthmusError(error, 'crdt_invalid')) return false;
    throw error;
  }
}

/** A counter's number; a set's elements, sorted by their UTF-16 units. */
export function value(state: Counter): number;
export function value(state: ElementSet): string[];
export function value(state: Crdt): number | string[];
export function value(state: Crdt): number | string[] {
  switch (state.crdt) {
    case 'g_counter':
    case 'pn_counter':
      return counterValue(state);
    case 'lww_element_set':
      return lwwElements(state);
    case 'or_set':
      return orElements(state);
  }
}

/**
 * Adds an element: to an LWW-Element-Set at a time, to an OR-Set in the name of an actor. A time that is not later than the
 * element's last remove may leave it removed. Throws `crdt_invalid`.
 */
export function add(state: LwwElementSet, element: string, time: number): LwwElementSet;
export function add(state: OrSet, element: string, actor: string): OrSet;
export function add(state: ElementSet, element: string, by: number | string): ElementSet {
  return state.crdt === 'or_set' ? addTagged(state, element, by as string) : addAt(state, element, by as number);
}

/** Removes an element: from an LWW-Element-Set at a time; from an OR-Set what has been seen of it. Throws `crdt_invalid`. */
export function remove(state: LwwElementSet, element: string, time: number): LwwElementSet;
export function remove(state: OrSet, element: string): OrSet;
export function remove(state: ElementSet, element: string, time?: number): ElementSet {
  return state.crdt === 'or_set' ? removeSeen(state, element) : removeAt(state, element, time as number);
}

/** The least state that holds what both hold. Throws `crdt_invalid` where one is no state, or where they are of different kinds. */
export function merge<T extends Crdt>(a: T, b: T): T {
  const [left, right] = [parse(a), parse(b)];
  return join(left, right) as T;
}

function join(a: Crdt, b: Crdt): Crdt {
  if (a.crdt === 'g_counter' && b.crdt === 'g_counter') return mergeGCounters(a, b);
  if (a.crdt === 'pn_counter' && b.crdt === 'pn_counter') return mergePnCounters(a, b);
  if (a.crdt === 'lww_element_set' && b.crdt === 'lww_element_set') return mergeLwwElementSets(a, b);
  if (a.crdt === 'or_set' && b.crdt === 'or_set') return mergeOrSets(a, b);
  throw problem(`A ${a.crdt} and a ${b.crdt} cannot be merged.`);
}
