/** Values as Debezium writes them, seen on 3.2, and what PostgreSQL prints of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { postgresColumn } from './postgres-columns.js';
import { type Json, readJson } from './read-json.js';
import { isInexact } from './value-reader.js';

const usual: DebeziumModes = { decimals: 'string', times: 'adaptive', binary: 'base64', intervals: 'string' };

describe('JSON', () => {
  test('keeps each digit of long numbers, and strings as they are', () => {
    const text =
      '{"a":9007199254740993,"b":-0.12345678901234567,"c":"12345678901234567890 \\"1234567890123456789","d":[1,2.5,1e300],"e":"\\\\"}';
    // More than once: what was found in one text must not be remembered in the next.
    for (let round = 0; round < 3; round++) expect(readJson(text)).toMatchObject({ a: '9007199254740993' });
    expect(readJson(text)).toEqual({
      a: '9007199254740993',
      b: '-0.12345678901234567',
      c: '12345678901234567890 "1234567890123456789',
      d: [1, 2.5, 1e300],
      e: '\\',
    });
  });

  test('is what JSON.parse reads where numbers are short, and keeps long ones between any texts', () => {
    const value = fc.oneof(fc.string({ maxLength: 30 }), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 8 }),
        fc.bigInt({ min: 10n ** 16n, max: 10n ** 18n }),
        (values, long) => {
          const text = JSON.stringify(values);
          expect(readJson(text)).toEqual(values);
          expect(readJson(`[${long},${text},${long}]`)).toEqual([String(long), values, String(long)]);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('that is cut off is refused', () => {
    expect(() => readJson('{"a":12345678901234567890,"b":"c')).toThrow(SyntaxError);
  });
});

describe('values', () => {
  const type = (kind: ColumnType['kind'], more: Partial<ColumnType> = {}): ColumnType => ({ kind, sql: kind, ...more });
  const read = (of: ColumnType, value: Json, modes: Partial<DebeziumModes> = {}): string | undefined | null => {
    const reader = postgresColumn(of, { ...usual, ...modes });
    return isInexact(reader) ? null : reader.text(value);
  };

  test.each<[string, ColumnType, Json, Partial<DebeziumModes>, string | undefined | null]>([
    ['numeric as text', type('numeric'), '12345.60', {}, '12345.6'],
    ['numeric as text: NaN', type('numeric'), 'NAN', {}, 'NaN'],
    ['numeric as text: infinite', type('numeric'), 'NEGATIVE_INFINITY', {}, '-Infinity'],
    ['numeric as text: what is bytes', type('numeric', { precision: 10, scale: 2 }), 'EtaA', {}, undefined],
    ['numeric precise', type('numeric', { precision: 10, scale: 2 }), 'EtaA', { decimals: 'precise' }, '12345.6'],
    ['numeric precise, negative', type('numeric', { precision: 10, scale: 2 }), 'nA==', { decimals: 'precise' }, '-1'],
    [
      'numeric precise, its scale below zero',
      type('numeric', { precision: 4, scale: -2046 }),
      'Kg==',
      { decimals: 'precise' },
      '0.42',
    ],
    [
      'numeric precise, of any scale',
      type('numeric'),
      { scale: 9, value: 'XODppWAV/sWq36MorjmBFQ==' },
      { decimals: 'precise' },
      '123456789012345678901234567890.123456789',
    ],
    [
      'numeric precise, no bytes',
      type('numeric', { precision: 4, scale: 2 }),
      '12.50',
      { decimals: 'precise' },
      undefined,
    ],
    ['numeric as double', type('numeric', { precision: 15, scale: 2 }), 12345.6, { decimals: 'double' }, '12345.6'],
    [
      'numeric as double, small',
      type('numeric', { precision: 15, scale: 20 }),
      1e-20,
      { decimals: 'double' },
      '0.00000000000000000001',
    ],
    [
      'numeric as double, of more digits',
      type('numeric', { precision: 16, scale: 2 }),
      1,
      { decimals: 'double' },
      null,
    ],
    ['numeric as double, of any digits', type('numeric'), 1, { decimals: 'double' }, null],
    ['int8', type('int8'), '9007199254740993', {}, '9007199254740993'],
    ['int8: no whole number', type('int8'), 1.5, {}, undefined],
    ['int4: a text', type('int4'), 'x', {}, undefined],
    ['float8', type('float8'), 'NaN', {}, 'NaN'],
    ['bool', type('bool'), false, {}, 'f'],
    ['bool: a number', type('bool'), 0, {}, undefined],
    ['timestamp in microseconds', type('timestamp'), '1714979289123456', {}, '2024-05-06 07:08:09.123456'],
    ['timestamp in milliseconds', type('timestamp', { precision: 3 }), 1714979289120, {}, '2024-05-06 07:08:09.12'],
    ['timestamp of Connect', type('timestamp'), 1714979289123, { times: 'connect' }, '2024-05-06 07:08:09.123'],
    ['timestamp before 1970', type('timestamp'), -1, {}, '1969-12-31 23:59:59.999999'],
    ['timestamp before Christ', type('timestamp'), '-63517780800000000', {}, '0044-03-15 12:00:00 BC'],
    ['timestamp, infinite', type('timestamp'), '-9223372036832400000', {}, '-infinity'],
    ['timestamptz', type('timestamptz'), '2024-05-06T05:08:09.123400Z', {}, '2024-05-06 05:08:09.1234+00'],
    ['timestamptz before Christ', type('timestamptz'), '-0043-03-15T12:00:00.000000Z', {}, '0044-03-15 12:00:00+00 BC'],
    ['timestamptz far away', type('timestamptz'), '+12345-01-02T03:04:05.600000Z', {}, '12345-01-02 03:04:05.6+00'],
    ['timestamptz, infinite', type('timestamptz'), 'infinity', {}, 'infinity'],
    ['timestamptz with another zone', type('timestamptz'), '2024-05-06T05:08:09+02:00', {}, undefined],
    ['date', type('date'), 10956, {}, '1999-12-31'],
    ['date, the first', type('date'), -2440588, {}, '4714-11-24 BC'],
    ['date, the last', type('date'), 2145042905, {}, '5874897-12-31'],
    ['date, infinite', type('date'), -2147472692, {}, 'infinity'],
    ['date: infinite, of an array', type('date'), -622191234, {}, undefined],
    ['time', type('time'), 86399123456, {}, '23:59:59.123456'],
    ['time, the end of the day', type('time', { precision: 0 }), 86400000, {}, '24:00:00'],
    [
      'time always in microseconds',
      type('time', { precision: 3 }),
      3723500000,
      { times: 'adaptive_time_microseconds' },
      '01:02:03.5',
    ],
    ['time of Connect', type('time', { precision: 3 }), 3723500, { times: 'connect' }, '01:02:03.5'],
    ['time of Connect, cut', type('time'), 3723500, { times: 'connect' }, null],
    ['timetz', type('timetz'), '15:41:12.5Z', {}, null],
    ['interval', type('interval'), 'P1Y2M-3DT4H5M6.789S', {}, 'P1Y2M-3DT4H5M6.789S'],
    ['interval with zeros', type('interval'), 'P0Y-1M2DT0H0M0.5S', {}, 'P-1M2DT0.5S'],
    ['interval of nothing', type('interval'), 'P0Y0M0DT0H0M0S', {}, 'PT0S'],
    ['interval as a number', type('interval'), 36572706789000, { intervals: 'numeric' }, null],
    ['bytea in base64', type('bytea'), 'AP8Q', {}, '\\x00ff10'],
    ['bytea in hexadecimal', type('bytea'), '00ff10', { binary: 'hex' }, '\\x00ff10'],
    ['bytea: the other', type('bytea'), 'AP8Q', { binary: 'hex' }, undefined],
    ['money', type('opaque', { sql: 'pg_catalog.money' }), '12.34', {}, null],
    ['bits', type('opaque', { sql: 'bit varying' }), 'Fg==', {}, null],
    ['inet', type('opaque', { sql: 'pg_catalog.inet' }), '10.0.0.1/24', {}, '10.0.0.1/24'],
    ['texts', type('array', { element: type('text') }), ['a', null, 'b "c\\'], {}, '{"a",NULL,"b \\"c\\\\"}'],
    [
      'texts of two dimensions',
      type('array', { element: type('text') }),
      ['[Ljava.lang.String;@58a4c3af'],
      {},
      undefined,
    ],
    ['numbers with a null, or of two dimensions', type('array', { element: type('int4') }), [1, null], {}, undefined],
    ['numerics', type('array', { element: type('numeric') }), ['1'], {}, null],
    ['intervals', type('array', { element: type('interval') }), ['P1D'], {}, null],
  ])('%s', (_, of, value, modes, expected) => {
    expect(read(of, value, modes)).toBe(expected);
  });
});
