import { expect, test } from 'vitest';
import { type Footprint, growth, lookAt, stretches } from './footprint.js';

const hour = 3600;

/** A sample a second. */
function run(seconds: number, at: (share: number) => Partial<Footprint> = () => ({})): readonly Footprint[] {
  return Array.from({ length: seconds }, (_, second) => ({
    atMs: (second + 1) * 1000,
    bytes: 150e6 + (second % 60) * 1e6,
    handles: 40 + (second % 3),
    lagMs: second % 5 === 0 ? null : 20,
    ...at(second / seconds),
  }));
}

test('a run is told in quarters', () => {
  expect(stretches(run(400))).toEqual(
    [0, 100, 200, 300].map((from) => ({
      fromMs: from * 1000,
      samples: expect.any(Number) as number,
      megabytes: expect.any(Number) as number,
      mostMegabytes: 209,
      handles: 41,
      lagMs: 20,
    })),
  );
  expect(stretches(run(400)).reduce((sum, { samples }) => sum + samples, 0)).toBe(400);
  expect(stretches([])).toEqual([]);
});

test('what stays as it is does not grow, and what grows is named', () => {
  expect(growth(run(hour))).toEqual([]);
  expect(growth(run(hour, (share) => ({ bytes: 150e6 + share * 150e6 })))).toEqual([
    'memory (MB) grew from 206 in the second quarter to 281 in the last',
  ]);
  expect(growth(run(hour, (share) => ({ handles: 40 + Math.floor(share * 40) })))).toEqual([
    expect.stringContaining('handles grew'),
  ]);
  expect(growth(run(hour, (share) => ({ lagMs: share * 5000 })))).toEqual([expect.stringContaining('lag (ms) grew')]);
});

test('of a short run nothing is said: it still grows to its usual size', () => {
  expect(growth(run(600, (share) => ({ bytes: 100e6 + share * 300e6 })))).toEqual([]);
});

test('a process is looked at from outside; one that is gone is not', async () => {
  const own = await lookAt(process.pid);
  if (process.platform !== 'linux') return expect(own).toBeNull();
  expect(own?.bytes).toBeGreaterThan(10e6);
  expect(own?.handles).toBeGreaterThan(2);
  expect(await lookAt(undefined)).toBeNull();
});
