/** How much room a change takes, counted in usual changes: batches and parts are bounded by it, so that large rows make small ones. */
import type { Change } from './change.js';
import type { State } from './record.js';

/** UTF-16 units of both states that count as one change more. */
const unitsAChange = 2_000;

/** 1 for a usual row, about 200 for one whose two states have 200 kB each. */
export function weightOf({ before, after }: Pick<Change, 'before' | 'after'>): number {
  return 1 + Math.floor((unitsOf(before) + unitsOf(after)) / unitsAChange);
}

/** UTF-16 units of a state's values. */
export function unitsOf(state: State): number {
  let units = 0;
  if (state !== null) for (const value of state) if (value !== null) units += value.length;
  return units;
}

export function weightOfAll(changes: readonly Pick<Change, 'before' | 'after'>[]): number {
  let weight = 0;
  for (const change of changes) weight += weightOf(change);
  return weight;
}
