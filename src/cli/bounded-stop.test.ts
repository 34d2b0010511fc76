import { describe, expect, test } from 'vitest';
import type { Clock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import { stopInTime, stopLimitMs } from './bounded-stop.js';

/** Time passes when it is told to. */
function handClock(): Clock & { pass(): void; readonly asked: number[] } {
  const asked: number[] = [];
  let pass = (): void => {};
  return {
    asked,
    pass: () => pass(),
    now: () => 0,
    sleep: (ms) => {
      asked.push(ms);
      return new Promise((resolve) => {
        pass = resolve;
      });
    },
  };
}

describe('a stop', () => {
  test('that comes to its end is waited for', async () => {
    const clock = handClock();
    expect(await stopInTime(() => Promise.resolve(), { clock, log: silentLogger })).toBe(true);
  });

  test('that hangs at a server is given up, in less than the 30 s after which service managers kill', async () => {
    const clock = handClock();
    const warned: string[] = [];
    const log = { ...silentLogger, warn: (_: object, text: string) => warned.push(text) };
    const stopping = stopInTime(() => new Promise(() => {}), { clock, log: log as typeof silentLogger });
    clock.pass();
    expect(await stopping).toBe(false);
    expect(clock.asked).toEqual([stopLimitMs]);
    expect(stopLimitMs).toBeLessThan(30_000);
    expect(warned).toHaveLength(1);
  });

  test('that fails says why', async () => {
    const stop = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(stopInTime(stop, { clock: handClock(), log: silentLogger })).rejects.toThrow('no');
  });
});
