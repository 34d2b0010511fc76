import { expect, test } from 'vitest';
import { foreseen } from './growth.js';

test('what falls by the same share with each ten times as many goes on so', () => {
  const points = [
    [10_000, 40_000],
    [100_000, 20_000],
    [1_000_000, 10_000],
  ] as const;
  expect(foreseen(points, 10_000_000)).toBeCloseTo(5_000);
  expect(foreseen(points, 100_000_000)).toBeCloseTo(2_500);
});

test('what grows ends at the best that was measured', () => {
  const points = [
    [10_000, 40_000],
    [1_000_000, 60_000],
  ] as const;
  expect(foreseen(points, 100_000_000)).toBe(60_000);
});
