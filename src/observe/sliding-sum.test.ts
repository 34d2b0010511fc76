import { expect, test } from 'vitest';
import { SlidingSum } from './sliding-sum.js';

function sumAt(start: number) {
  const clock = { at: start };
  const sum = new SlidingSum({ now: () => clock.at, bucketMs: 10, buckets: 3 });
  return { clock, sum };
}

test('what is older than all buckets is forgotten, one bucket at a time', () => {
  const { clock, sum } = sumAt(1000);
  sum.add(1);
  clock.at = 1010;
  sum.add(2);
  clock.at = 1020;
  sum.add(4);
  expect(sum.sum()).toBe(7);
  clock.at = 1030;
  expect(sum.sum()).toBe(6);
  sum.add(8);
  expect(sum.sum()).toBe(14);
  clock.at = 1049;
  expect(sum.sum()).toBe(12);
});

test('a long silence forgets everything', () => {
  const { clock, sum } = sumAt(1000);
  sum.add(5);
  clock.at = 1_000_000;
  expect(sum.sum()).toBe(0);
  sum.add(3);
  expect(sum.sum()).toBe(3);
});

test('a clock that steps back loses nothing', () => {
  const { clock, sum } = sumAt(1000);
  sum.add(5);
  clock.at = 500;
  sum.add(1);
  expect(sum.sum()).toBe(6);
});
