/** What is settled together: everything once, in order, and never too much. */
import { expect, test } from 'vitest';
import type { Candidate } from './candidate.js';
import { portionsOf, portionUnits } from './portions.js';

function candidate(id: number, units: number): Candidate {
  const state = ['x'.repeat(units), null];
  return {
    id: `t\u0001${id}`,
    held: { sql: undefined, mongodb: undefined },
    base: null,
    tips: { sql: state, mongodb: null },
  };
}

test('small ones go together, large ones in several portions, in order', () => {
  const small = Array.from({ length: 500 }, (_, id) => candidate(id, 1000));
  expect(portionsOf(small)).toEqual([small]);
  expect(portionsOf([])).toEqual([]);
  const third = portionUnits / 3;
  const [a, b, c, d] = [
    candidate(1, third - 10),
    candidate(2, third - 10),
    candidate(3, portionUnits * 2),
    candidate(4, 5),
  ];
  expect(portionsOf([a, b, c, d])).toEqual([[a, b], [c], [d]]);
});
