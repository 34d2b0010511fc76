import { expect, test } from 'vitest';
import { foreseen } from './growth.js';

test('what falls by the same with each ten times as many goes on so, and never below nothing', () => {
  const points = [
    [10_000, 50_000],
    [100_000, 40_000],
    [1_000_000, 30_000],
  ] as const;
  expect(foreseen(points, 10_000_000)).toBeCloseTo(20_000);
  expect(foreseen(points, 1_000_000_000)).toBeCloseTo(0);
  expect(foreseen(points, 100_000_000_000)).toBe(0);
});
