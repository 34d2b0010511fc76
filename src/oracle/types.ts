/**
 * Reads Oracle's text of a value into canonical form and back, by column type. Must not know how the text got here.
 * `problem` names what the server would store as another value without an error.
 */
import { fitsNumeric, float4Text, floatText, plainDecimal } from '../model/canonical-number.js';
import { withoutPadding } from '../model/canonical-string.js';
import { cutInstant, dateFromString, instantFromSql, instantToSql } from '../model/canonical-time.js';
import type { ColumnType } from '../model/entity.js';
import { mismatch, numericCodec, plainCodec, type SqlCodec, textCodec } from '../sql/sql-codec.js';

const same = (text: string): string => text;

/** Made once per column: choosing happens here, not per value. */
export function sqlCodec(type: ColumnType): SqlCodec {
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return integerCodec(type);
    case 'float4':
    case 'float8':
      return floatCodec(type.kind);
    case 'numeric':
      return decimalCodec(type);
    case 'timestamptz':
    case 'timestamp':
      return instantCodec(type);
    case 'char':
      return charCodec(type);
    case 'varchar':
    case 'text':
      return withoutNul({ ...textCodec(type, same), problem: emptyIsNull });
    case 'bytea':
      return { fromText: (text) => text.toLowerCase(), toText: same, problem: emptyIsNull };
    default:
      return plainCodec;
  }
}

/** Oracle knows no empty text and no empty bytes: it would say NULL, and MongoDB has both. */
function emptyIsNull(value: string): string | null {
  return value === '' ? 'Oracle holds nothing of no length: it would be NULL' : null;
}

/** The driver gives no zero before the point; Debezium and the mapping give one. */
function decimalText(text: string): string {
  return plainDecimal(text.replace(/^(-?)\./, '$10.')) ?? text;
}

function integerCodec({ precision = 38 }: ColumnType): SqlCodec {
  return {
    fromText: decimalText,
    toText: same,
    problem: (value) => (value.replace('-', '').length <= precision ? null : `the column holds ${precision} digits`),
  };
}

/** NUMBER has 38 digits that are sure, and exponents from -130 to 125. */
const digitsMost = 38;
const [wholeMost, fractionMost] = [126, 130];
const bitsToDigits = 0.30103;

function decimalCodec(type: ColumnType): SqlCodec {
  const numeric = numericCodec(type);
  const bits = /^float\((\d+)\)$/.exec(type.sql)?.[1];
  const digits = bits === undefined ? digitsMost : Math.min(digitsMost, Math.ceil(Number(bits) * bitsToDigits));
  return {
    ...numeric,
    fromText: (text) => numeric.fromText(decimalText(text)),
    problem: (value) => decimalProblem(type, value, digits),
  };
}

function decimalProblem(type: ColumnType, value: string, digits: number): string | null {
  if (!/\d$/.test(value)) return 'a NUMBER has neither infinity nor NaN';
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  const significant = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '').length;
  if (significant > digits) return `it has more than the ${digits} digits that the column keeps`;
  if (whole.length > wholeMost || fraction.length > fractionMost) return 'its exponent is more than a NUMBER holds';
  return fitsNumeric(type, value) ? null : 'the column’s precision and scale would round it';
}

/**
 * Sent as the binary number that it is. What is none would stop the log's reader, which takes such words for a mistake; one of users' own
 * comes back as it is.
 */
function floatCodec(kind: 'float4' | 'float8'): SqlCodec {
  const print = kind === 'float4' ? float4Text : floatText;
  return {
    fromText: (text) => print(Number(text)),
    toText: same,
    problem: (value) =>
      Number.isFinite(Number(value)) ? null : 'Debezium cannot read NaN and the infinities in the log',
  };
}

const usualInstant = /^(?!0000)\d{4}-/;
const usualText = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/;

/** Days that the Gregorian calendar left out when it began: the server makes another day of them. */
const leftOut = /^1582-10-(0[5-9]|1[0-4])/;

/**
 * Texts have a sign or a space before the year. Before 1582 the server counts by the Julian calendar: what is printed crosses as it
 * stands, but for leap days that only that one has.
 */
function instantCodec(type: ColumnType): SqlCodec {
  return {
    fromText: (text) => {
      const printed = withoutZeros(text.trimStart());
      const day = printed.slice(0, 10);
      return usualText.test(printed) && dateFromString(day) === day
        ? cutInstant(instantFromSql(printed, false) as string, type.precision)
        : mismatch('it is no day of the Gregorian calendar after the year 0', printed);
    },
    toText: (value) => {
      const text = instantToSql(value, false);
      return type.sql === 'date' ? (text.split('.', 1)[0] as string) : text;
    },
    problem: (value) => {
      if (!usualInstant.test(value)) return 'the years 1 to 9999 alone are written';
      return leftOut.test(value) ? 'the server’s calendar does not have this day' : null;
    },
  };
}

/** Nine digits of a second at the most, of which the canonical form has three. */
function withoutZeros(text: string): string {
  const [seconds = '', fraction = ''] = text.split('.');
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? seconds : `${seconds}.${digits}`;
}

/** Padded by the server; a text of spaces alone stands for the empty one, which it would take for NULL. */
function charCodec(type: ColumnType): SqlCodec {
  const text = textCodec(type, withoutPadding);
  return withoutNul({ ...text, toText: (value) => (value === '' ? ' ' : value) });
}

/** Neither MongoDB's driver nor the canonical form takes NUL, and the server does. */
function withoutNul(codec: SqlCodec): SqlCodec {
  return {
    ...codec,
    fromText: (text) => (text.includes('\0') ? mismatch('it holds the character NUL', text) : codec.fromText(text)),
  };
}
