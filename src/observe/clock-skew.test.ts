/** Two servers whose clocks are off, asked over connections of uneven speed. */
import { expect, test } from 'vitest';
import { silentLogger } from '../base/logger.js';
import { ClockSkew } from './clock-skew.js';

test('each server’s clock is told against ours, and both against each other', async () => {
  let now = 1_000_000;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  /** The quickest round trip is the one that counts. */
  const server = (aheadMs: number, trips: readonly number[]) => {
    let asked = 0;
    return {
      now: () => {
        const half = (trips[asked++ % trips.length] as number) / 2;
        now += half;
        const there = now + aheadMs;
        now += half;
        return Promise.resolve(there);
      },
    };
  };
  const skew = new ClockSkew({
    sql: server(700, [80, 2, 50]),
    mongodb: server(-300, [9, 4]),
    clock,
    log: silentLogger,
  });
  expect([skew.skewMs(), skew.aheadMs('sql')]).toEqual([0, 0]);
  expect(await skew.measure()).toBe(1000);
  expect([skew.aheadMs('sql'), skew.aheadMs('mongodb')]).toEqual([700, -300]);
});
