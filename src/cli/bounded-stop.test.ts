import { describe, expect, test } from 'vitest';
import { silentLogger } from '../base/logger.js';
import { HandClock } from '../testing/hand-clock.js';
import { stopInTime, stopLimitMs } from './bounded-stop.js';

describe('a stop', () => {
  test('that comes to its end is waited for', async () => {
    const clock = new HandClock();
    expect(await stopInTime(() => Promise.resolve(), { clock, log: silentLogger })).toBe(true);
  });

  test('that hangs at a server is given up, in less than the 30 s after which service managers kill', async () => {
    const clock = new HandClock();
    const warned: string[] = [];
    const log = { ...silentLogger, warn: (_: object, text: string) => warned.push(text) };
    const stopping = stopInTime(() => new Promise(() => {}), { clock, log: log as typeof silentLogger });
    await clock.pass();
    expect(await stopping).toBe(false);
    expect(clock.asked).toEqual([stopLimitMs]);
    expect(stopLimitMs).toBeLessThan(30_000);
    expect(warned).toHaveLength(1);
  });

  test('that fails says why', async () => {
    const stop = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(stopInTime(stop, { clock: new HandClock(), log: silentLogger })).rejects.toThrow('no');
  });
});
