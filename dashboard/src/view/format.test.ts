import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ago, bytes, count, duration, measured, plural, rate, share, title } from './format.js';

test.each([
  [0, '0 ms'],
  [0.4, '0.4 ms'],
  [12.7, '13 ms'],
  [999.4, '999 ms'],
  [1500, '1.5 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min'],
  [95_000, '1 min 35 s'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [49 * 3_600_000, '2 d 1 h'],
  [Number.POSITIVE_INFINITY, '–'],
])('%d ms read as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.00001, '0.001 %'],
  [0.000001, '< 0.001 %'],
  [0.0009, '0.09 %'],
  [0.05, '5 %'],
  [0.12345, '12.3 %'],
  [0.0042, '0.42 %'],
  [0.1, '10 %'],
  [0.99995, '99.995 %'],
  [0.9999999, '> 99.999 %'],
  [1, '100 %'],
])('a share of %d reads as %s', (value, text) => {
  expect(share(value)).toBe(text);
});

test('only all reads as 100 %, and only nothing as 0 %', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
      expect(share(value) === '100 %').toBe(value === 1);
      expect(share(value) === '0 %').toBe(value === 0);
    }),
  );
});

test('times are told back to now, whichever clock is ahead', () => {
  expect(ago(1000, 0)).toBe('now');
  expect(ago(0, 45_000)).toBe('45 s ago');
  expect(ago(0, 3_600_000)).toBe('1 h ago');
  expect(ago(0, 10 * 86_400_000)).toBe('10 d ago');
});

test('counts, sizes and names', () => {
  expect(count(1_234_567)).toBe('1,234,567');
  expect([plural(1, 'table'), plural(2, 'table'), plural(2, 'check is', 'checks are')]).toEqual([
    '1 table',
    '2 tables',
    '2 checks are',
  ]);
  expect([rate(0), rate(0.25), rate(12.4), rate(250_000)]).toEqual(['0', '0.3', '12', '250K']);
  expect([bytes(900), bytes(1500), bytes(64_000_000)]).toEqual(['900 B', '1.5 kB', '64 MB']);
  expect([title('divergenceRate'), title('cdc_lag'), title('pending_conflicts')]).toEqual([
    'Divergence rate',
    'CDC lag',
    'Pending conflicts',
  ]);
  expect([measured('divergence', 0.02), measured('lagMs', 1200), measured('x', true), measured('x', null)]).toEqual([
    '2 %',
    '1.2 s',
    'yes',
    '–',
  ]);
});
