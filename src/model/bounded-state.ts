/**
 * Keeps a row that is larger than any document from being carried around: its largest values become refused ones, so that
 * the record waits as a pending conflict and all others go on. Pure.
 */
import { createHash } from 'node:crypto';
import type { State, Value } from './record.js';
import { refuse } from './refusal.js';

/** A document may have 16 MB; names, types and the key need a little of that. */
export const stateBytesMax = 15_500_000;

/** UTF-16 units take at most three bytes, so that most states are known to fit without counting. */
const surelyFits = stateBytesMax / 3;

/** The state itself if it fits into a document. */
export function boundedState(state: State): State {
  if (state === null) return null;
  let units = 0;
  for (const value of state) if (value !== null) units += value.length;
  return units <= surelyFits ? state : cut(state);
}

function cut(state: readonly Value[]): State {
  const sizes = state.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const bounded = [...state];
  let total = sizes.reduce((sum, size) => sum + size, 0);
  while (total > stateBytesMax) {
    const largest = sizes.indexOf(Math.max(...sizes));
    const value = bounded[largest] as string;
    const image = `sha256:${createHash('sha256').update(value).digest('hex')}`;
    bounded[largest] = refuse({
      kind: 'structural',
      reason: 'the row is larger than the 16 MB that a document may have',
      image,
    });
    total -= sizes[largest] as number;
    sizes[largest] = 0;
  }
  return bounded;
}
