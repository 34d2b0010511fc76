import { expect, test } from 'vitest';
import { boundedState, stateBytesMax } from './bounded-state.js';
import { isRefused } from './refusal.js';

test('a state that fits is the same object', () => {
  const state = ['a', null, 'x'.repeat(1000)];
  expect(boundedState(state)).toBe(state);
  expect(boundedState(null)).toBe(null);
  const nearly = ['x'.repeat(stateBytesMax - 10)];
  expect(boundedState(nearly)).toEqual(nearly);
});

test('of one that does not, the largest values are refused, in bytes and not in letters, and told apart', () => {
  const large = '語'.repeat(6_000_000);
  const [small, cut] = boundedState(['kept', large]) as string[];
  expect(small).toBe('kept');
  expect(isRefused(cut as string)).toBe(true);
  expect(boundedState(['kept', `${large}!`])?.[1]).not.toBe(cut);
  const two = boundedState(['a'.repeat(9_000_000), 'b'.repeat(8_000_000)]) as string[];
  expect(two.map(isRefused)).toEqual([true, false]);
});
