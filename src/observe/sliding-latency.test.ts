import { expect, test } from 'vitest';
import { SlidingLatency } from './sliding-latency.js';

const minute = 60_000;

test('an hour is kept and the last minutes can be asked for', () => {
  const clock = { at: 1_000 * minute };
  const latency = new SlidingLatency(() => clock.at);
  for (let i = 0; i < 100; i++) latency.record(1000);
  clock.at += 10 * minute;
  latency.record(10);
  expect(latency.over()).toMatchObject({ count: 101 });
  expect(latency.over().p50Ms / 1000).toBeCloseTo(1, 1);
  expect(latency.over(5)).toMatchObject({ count: 1 });
  expect(latency.over(5).p95Ms / 10).toBeCloseTo(1, 1);
  clock.at += 50 * minute;
  expect(latency.over().count).toBe(1);
  clock.at += 100 * minute;
  expect(latency.over()).toEqual({ count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 });
});

test('a clock that steps back loses nothing', () => {
  const clock = { at: 1_000 * minute };
  const latency = new SlidingLatency(() => clock.at);
  latency.record(10);
  clock.at -= 30 * minute;
  latency.record(10);
  expect(latency.over(1).count).toBe(2);
});
