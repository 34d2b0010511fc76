/** Cuts what is to be settled into portions that one transaction can take, however large its records are. Pure. */
import { unitsOf } from '../model/weight.js';
import type { Candidate } from './candidate.js';

/**
 * UTF-16 units of ancestors and tips together. A conflict is stored with several copies of each, and a server refuses a
 * transaction that its cache cannot hold (measured: 40 conflicts of 200 kB with a cache of 1 GB).
 */
export const portionUnits = 4_000_000;

/** In order; one that is larger by itself has a portion of its own. */
export function portionsOf<T extends Pick<Candidate, 'base' | 'tips'>>(
  candidates: readonly T[],
): readonly (readonly T[])[] {
  const portions: T[][] = [];
  let units = portionUnits;
  for (const candidate of candidates) {
    const own = 1 + unitsOf(candidate.base) + unitsOf(candidate.tips.sql) + unitsOf(candidate.tips.mongodb);
    units += own;
    if (units > portionUnits) {
      portions.push([]);
      units = own;
    }
    portions.at(-1)?.push(candidate);
  }
  return portions;
}
