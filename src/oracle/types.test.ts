/** Laws of values between Oracle's text and the canonical form, and what would be changed without a word. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsFloat, floatCanonical } from '../model/canonical-string.js';
import { instantFromMs } from '../model/canonical-time.js';
import type { ColumnType } from '../model/entity.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { sqlCodec } from './types.js';

const number: ColumnType = { kind: 'numeric', sql: 'number' };
const date: ColumnType = { kind: 'timestamp', sql: 'date', precision: 0 };
const timestamp: ColumnType = { kind: 'timestamp', sql: 'timestamp', precision: 6 };
const varchar: ColumnType = { kind: 'varchar', sql: 'varchar2', length: 20 };
const char: ColumnType = { kind: 'char', sql: 'char', length: 5 };

/** What the server prints of what it was given: digits as the driver gives them, a sign's place before a year, nine digits of a second. */
const prints: Readonly<Record<string, (text: string) => string>> = {
  number: (text) => text.replace(/^(-?)0\./, '$1.'),
  date: (text) => ` ${text}`,
  timestamp: (text) => ` ${text}000000`,
  char: (text) => text.padEnd(5),
};

function there(type: ColumnType, value: string): unknown {
  const codec = sqlCodec(type);
  const text = codec.toText(value);
  return codec.fromText(prints[type.sql]?.(text) ?? text);
}

const digits = fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n });

/** Canonical decimals that Decimal128 holds. */
const decimals = fc.tuple(digits, fc.integer({ min: 0, max: 34 })).map(([all, scale]) => {
  const sign = all < 0n ? '-' : '';
  const text = String(all < 0n ? -all : all).padStart(scale + 1, '0');
  const cut = text.length - scale;
  const fraction = text.slice(cut).replace(/0+$/, '');
  const value = fraction === '' ? text.slice(0, cut) : `${text.slice(0, cut)}.${fraction}`;
  return /^0$/.test(value) ? '0' : `${sign}${value}`;
});

const [firstMs, lastMs] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const instants = fc.integer({ min: firstMs, max: lastMs }).map((ms) => instantFromMs(ms) as string);

describe('a value that is written is read back as it was', () => {
  it('numbers', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(sqlCodec(number).problem?.(value)).toBeNull();
        expect(there(number, value)).toBe(value);
      }),
    );
  });

  it('instants, to the precision of their column', () => {
    fc.assert(
      fc.property(instants, (value) => {
        expect(there(timestamp, value)).toBe(value);
        expect(there(date, value)).toBe(value.replace(/\.\d{3}Z$/, '.000Z'));
      }),
    );
  });

  it('texts, but for the empty one, and padded texts with it', () => {
    const texts = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(texts, (text) => {
        if (text === '') expect(sqlCodec(varchar).problem?.(text)).toContain('NULL');
        else expect(there(varchar, text)).toBe(text);
        const padded = text.slice(0, 5).replace(/ +$/, '');
        expect(there(char, padded)).toBe(padded);
      }),
    );
  });

  it('binary numbers, also those that no decimal is', () => {
    const doubles = fc.double().map((x) => floatCanonical('float8', x));
    fc.assert(
      fc.property(doubles, (value) => {
        expect(there({ kind: 'float8', sql: 'binary_double' }, value)).toBe(value);
      }),
    );
    const floats = fc.float().filter((x) => fitsFloat('float4', x));
    fc.assert(
      fc.property(floats, (x) => {
        const value = floatCanonical('float4', x);
        // The driver gives a float as the double that it is.
        expect(sqlCodec({ kind: 'float4', sql: 'binary_float' }).fromText(String(Math.fround(Number(value))))).toBe(
          value,
        );
      }),
    );
  });
});

describe('what would become another value without an error', () => {
  it.each<[ColumnType, string, string]>([
    [varchar, '', 'NULL'],
    [{ kind: 'bytea', sql: 'raw', length: 9 }, '', 'NULL'],
    [number, 'NaN', 'neither infinity nor NaN'],
    [number, '-Infinity', 'neither infinity nor NaN'],
    [number, `1${'0'.repeat(37)}1`, '38 digits'],
    [number, `1${'0'.repeat(126)}`, 'exponent'],
    [{ kind: 'float8', sql: 'binary_double' }, 'NaN', 'Debezium'],
    [{ ...number, precision: 5, scale: 2 }, '1.234', 'round'],
    [{ ...number, precision: 5, scale: -2 }, '1234', 'round'],
    [{ kind: 'numeric', sql: 'float(5)' }, '1.25', '2 digits'],
    [{ kind: 'int2', sql: 'number', precision: 3 }, '-1000', '3 digits'],
    [timestamp, '0000-12-31T00:00:00.000Z', 'years 1 to 9999'],
    [timestamp, '+010000-01-01T00:00:00.000Z', 'years 1 to 9999'],
    [date, '1582-10-14T23:59:59.000Z', 'calendar'],
  ])('%j %s', (type, value, reason) => {
    expect(sqlCodec(type).problem?.(value)).toContain(reason);
  });

  it.each<[ColumnType, string]>([
    [date, '1582-10-15T00:00:00.000Z'],
    [{ kind: 'numeric', sql: 'float(126)' }, '1.00000000000000000000000000000000001'],
    [{ kind: 'int2', sql: 'number', precision: 3 }, '-999'],
    [char, ''],
  ])('%j %s is not', (type, value) => {
    expect(sqlCodec(type).problem?.(value) ?? null).toBeNull();
  });
});

describe('what cannot cross', () => {
  it.each<[ColumnType, string, string]>([
    [number, '1234567890123456789012345678901234567.5', 'more digits'],
    [date, '-0044-03-15 00:00:00', 'no day of the Gregorian calendar'],
    [date, ' 1500-02-29 00:00:00', 'no day of the Gregorian calendar'],
    [timestamp, ' 1900-02-29 00:00:00.000000000', 'no day of the Gregorian calendar'],
    [varchar, 'a\0', 'NUL'],
    [char, 'a\0   ', 'NUL'],
  ])('%j %s', (type, text, reason) => {
    const value = sqlCodec(type).fromText(text);
    expect(isRefused(value) && readRefusal(value).reason).toContain(reason);
  });

  it('has one image, however many zeros are printed', () => {
    const codec = sqlCodec(timestamp);
    expect(codec.fromText('-0044-03-15 00:00:00.120000000')).toBe(codec.fromText('-0044-03-15 00:00:00.12'));
  });
});

it.each(['.5', '-.5', '0', '-1e126', '12.50', '007'])('the driver’s %s is read as the number that it is', (text) => {
  const value = sqlCodec({ ...number, document: 'string' }).fromText(text);
  expect(value).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
  expect(Number(value)).toBe(Number(text));
});
