import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hoursLeft } from './forecast.js';

const hour = 3_600_000;
const halfMinute = 30_000;

const line = (count: number, left: (at: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ at: i * halfMinute, left: left(i * halfMinute) }));

test('a steady loss is forecast exactly, whatever its pace', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 30 }),
      fc.double({ min: 0.01, max: 1e9, noNaN: true }),
      fc.double({ min: 0.1, max: 1e4, noNaN: true }),
      (count, perHour, hours) => {
        const end = (count - 1) * halfMinute;
        const samples = line(count, (at) => perHour * (hours + (end - at) / hour));
        expect(hoursLeft(samples) / hours).toBeCloseTo(1, 4);
      },
    ),
  );
});

test('room that is taken and given back is no loss', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 10 }), fc.integer({ min: 1, max: 1_000_000 }), (period, step) => {
      const samples = line(30, (at) => 1e9 - ((at / halfMinute) % period) * step);
      expect(hoursLeft(samples)).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});

test('it is never below zero, and never a number where the room grows', () => {
  const drawn = fc.array(fc.record({ at: fc.nat(hour), left: fc.nat(1e9) }), { maxLength: 30 });
  fc.assert(
    fc.property(drawn, (samples) => {
      samples.sort((a, b) => a.at - b.at);
      expect(hoursLeft(samples)).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(hoursLeft(line(20, (at) => at))).toBe(Number.POSITIVE_INFINITY);
});

test('nothing left is nothing left; too short a look says nothing', () => {
  expect(hoursLeft([])).toBe(Number.POSITIVE_INFINITY);
  expect(hoursLeft(line(2, (at) => 1e6 - at))).toBe(Number.POSITIVE_INFINITY);
  expect(hoursLeft([{ at: 0, left: 0 }])).toBe(0);
});
