/**
 * The public entry `isthmus/crdt`: conflict-free replicated data types as plain JSON, to be stored in a column or field that
 * both sides write, where the rules `counter` and `set` merge them. Pure: no clock, no randomness, no Node.
 */
export { add, isCrdt, merge, parse, remove, value } from './any-state.js';
export { createGCounter, createPnCounter, decrement, increment } from './counter.js';
export { createLwwElementSet } from './lww-element-set.js';
export { createOrSet } from './or-set.js';
export type {
  ActorCounts,
  Bias,
  Counter,
  Crdt,
  ElementSet,
  GCounter,
  LwwElementSet,
  LwwEntry,
  OrEntry,
  OrSet,
  PnCounter,
} from './state.js';
