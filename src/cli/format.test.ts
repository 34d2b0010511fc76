/** Numbers, bars and lines as people see them. */
import { describe, expect, it } from 'vitest';
import { bar, count, duration, plural, sparkline, table } from './format.js';
import { cut, makeStyle, plain } from './terminal.js';

describe('text', () => {
  it.each([
    [0, '0 ms'],
    [0.34, '0.3 ms'],
    [12.345, '12.3 ms'],
    [999, '999 ms'],
    [1500, '1.5 s'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('has bars that are as wide as asked for, whatever the share', () => {
    for (const share of [-1, 0, 0.001, 0.5, 0.999, 1, 7, Number.NaN]) expect(bar(share, 20)).toHaveLength(20);
    expect(bar(0.5, 4)).toBe('██░░');
  });

  it('has sparklines of a fixed width', () => {
    expect(sparkline([0, 5, 10], 5)).toBe('  ▁▄█');
    expect(
      sparkline(
        Array.from({ length: 50 }, (_, i) => i),
        5,
      ),
    ).toHaveLength(5);
  });

  it('counts in words', () => {
    expect([count(1234567), plural(1, 'row'), plural(2, 'row')]).toEqual(['1,234,567', '1 row', '2 rows']);
  });

  it('aligns columns, numbers to the right, colours or not', () => {
    const { red } = makeStyle(true);
    expect(
      table([
        ['a', 'n'],
        [red('long'), 12],
        ['b', 1234],
      ]).map(plain),
    ).toEqual(['a     n', 'long     12', 'b     1,234']);
  });

  it('cuts a line to the terminal, and closes its colours', () => {
    const { red } = makeStyle(true);
    const line = cut(red('0123456789'), 5);
    expect(plain(line)).toBe('0123…');
    expect(line).toContain('\x1b[39m');
    expect(makeStyle(false).red('x')).toBe('x');
  });
});
