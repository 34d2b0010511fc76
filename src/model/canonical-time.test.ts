/** Our own way of printing an instant against JavaScript's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateFromMs, dateToMs, instantFromMs } from './canonical-time.js';

describe('instantFromMs', () => {
  it('prints what toISOString prints', () => {
    const days = fc.integer({ min: -719_600, max: 2_932_900 }).map((day) => day * 86_400_000);
    const any = fc.integer({ min: -62_200_000_000_000, max: 253_410_000_000_000 });
    const edges = fc
      .tuple(fc.constantFrom(-719_528, 0, 2_932_896, 11_016, 47_541), fc.integer({ min: -1500, max: 1500 }))
      .map(([day, ms]) => day * 86_400_000 + ms);
    fc.assert(
      fc.property(fc.oneof(days, any, edges), (ms) => instantFromMs(ms) === new Date(ms).toISOString()),
      { numRuns: 10_000 },
    );
  });

  it('refuses what one of the two cannot hold', () => {
    expect(instantFromMs(Date.UTC(-4713, 10, 24))).toBe('-004713-11-24T00:00:00.000Z');
    for (const ms of [Date.UTC(-4713, 10, 24) - 1, 8.64e15 + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(instantFromMs(ms)).toBeUndefined();
  });
});

describe('dateFromMs', () => {
  it('is the inverse of dateToMs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_440_000, max: 100_000_000 }),
        (day) => dateToMs(dateFromMs(day * 86_400_000) as string) === day * 86_400_000,
      ),
      { numRuns: 10_000 },
    );
  });
});
