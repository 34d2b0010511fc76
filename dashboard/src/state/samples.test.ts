import { expect, test } from 'vitest';
import type { LinkStatus } from '../api/shapes.js';
import { addSample, chartData, type Samples, throughputAt } from './samples.js';

const link = (applied: number, lagMs = 0, p95Ms = 5): Pick<LinkStatus, 'lagMs' | 'latency' | 'applied'> => ({
  applied,
  lagMs,
  latency: { p50Ms: 1, p95Ms, p99Ms: 9 },
});

function sampled(applied: readonly number[]): Samples {
  return applied.reduce<Samples>(
    (all, each, index) =>
      addSample(all, { sql_to_mongodb: link(each, index), mongodb_to_sql: link(0, 0, 0) }, 1000 * (index + 1)),
    [],
  );
}

test('throughput is taken over a few seconds, and not told where it cannot be', () => {
  const samples = sampled([0, 10, 20, 30, 40, 50, 100]);
  expect(throughputAt(samples, 0, 'sql_to_mongodb')).toBe(null);
  expect(throughputAt(samples, 1, 'sql_to_mongodb')).toBe(10);
  expect(throughputAt(samples, 6, 'sql_to_mongodb')).toBe(18);
  // A restart of the process counts from zero.
  expect(throughputAt(sampled([500, 3]), 1, 'sql_to_mongodb')).toBe(null);
});

test('samples are bounded', () => {
  const samples = sampled(Array.from({ length: 1000 }, (_, index) => index));
  expect(samples).toHaveLength(900);
  expect(samples.at(-1)?.links.sql_to_mongodb.applied).toBe(999);
});

test('a chart goes on from what the process remembers, without drawing a moment twice', () => {
  const samples = sampled([0, 10, 20, 30]);
  const course = { lagMs: [7, 8], latencyP95Ms: [0, 4], throughput: [1, 2] };
  const history = { stepMs: 1000, times: [500, 2000], links: { sql_to_mongodb: course, mongodb_to_sql: course } };
  const of = { samples, history, spanMs: 10_000, now: 4000 };
  expect(chartData('lagMs', of)).toEqual([
    [0.5, 2, 3, 4],
    [7, 8, 2, 3],
    [7, 8, 0, 0],
  ]);
  // No latency is no point, not a quick one.
  expect(chartData('latencyP95Ms', of)[2]).toEqual([null, 4]);
  expect(chartData('latencyP95Ms', { ...of, history: null })[1]).toEqual([5, 5, 5, 5]);
  expect(chartData('throughput', { ...of, spanMs: 2100 })[1]).toEqual([2, 10, 10]);
  expect(chartData('lagMs', { ...of, history: null, spanMs: 1500 })[0]).toEqual([3, 4]);
});
