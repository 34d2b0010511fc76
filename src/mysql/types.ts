/**
 * Reads MariaDB's text of a value into canonical form and back, by column type. Must not know how the text got here.
 * `problem` names what the server would store as another value without an error, even in strict mode.
 */
import { float4Text, floatText } from '../model/canonical-number.js';
import { withoutPadding } from '../model/canonical-string.js';
import {
  cutInstant,
  dateFromString,
  dateToMs,
  instantFromSql,
  instantToSql,
  timeFromString,
} from '../model/canonical-time.js';
import type { ColumnType } from '../model/entity.js';
import { jsonCodec, mismatch, numericCodec, plainCodec, type SqlCodec, textCodec } from '../sql/sql-codec.js';

const same = (text: string): string => text;

/** Made once per column: choosing happens here, not per value. */
export function sqlCodec(type: ColumnType): SqlCodec {
  switch (type.kind) {
    case 'bool':
      return bool;
    case 'int2':
    case 'int4':
      return type.sql === 'year' ? year : integer;
    case 'int8':
      return type.sql.endsWith('unsigned') ? unsigned : integer;
    case 'float4':
    case 'float8':
      return floatCodec(type.kind);
    case 'numeric':
      return decimalCodec(type);
    case 'timestamptz':
    case 'timestamp':
      return instantCodec(type);
    case 'date':
      return dateCodec(type);
    case 'time':
      return timeCodec(type);
    case 'char':
      return withoutNul(textCodec(type, withoutPadding));
    case 'text':
    case 'varchar':
      return withoutNul(textCodec(type, same));
    case 'bytea':
      return bytesCodec(type);
    case 'json':
      return json;
    case 'enum':
      return enumCodec(type);
    case 'uuid':
      return plainCodec;
    default:
      return opaqueCodec(type);
  }
}

/** A `tinyint(1)` may hold any small number. */
const bool: SqlCodec = {
  fromText: (text) => {
    if (text === '0') return 'false';
    return text === '1' ? 'true' : mismatch('a Boolean is 0 or 1, and nothing else', text);
  },
  toText: (value) => (value === 'true' ? '1' : '0'),
};

/** Columns with ZEROFILL print zeros in front. */
function withoutZeros(text: string): string {
  return text.charCodeAt(0) === 48 && text.length > 1 ? text.replace(/^0+(?=\d)/, '') : text;
}

const integer: SqlCodec = { fromText: withoutZeros, toText: same };

const largestLong = '9223372036854775807';

const unsigned: SqlCodec = {
  fromText: (text) => {
    const value = withoutZeros(text);
    const fits = value.length < largestLong.length || (value.length === largestLong.length && value <= largestLong);
    return fits ? value : mismatch('a Long cannot hold it: it is above 9223372036854775807', text);
  },
  toText: same,
};

/** The server takes 5 for 2005 and 70 for 1970, and the text 0 for 2000. */
const year: SqlCodec = {
  fromText: (text) => String(Number(text)),
  toText: (value) => value.padStart(4, '0'),
  problem: (value) =>
    value === '0' || (Number(value) >= 1901 && Number(value) <= 2155) ? null : 'a YEAR is 0 or from 1901 to 2155',
};

/** A float is written as the double that it is exactly: the shortest text of the largest one lies above it. */
function floatCodec(kind: 'float4' | 'float8'): SqlCodec {
  const print = kind === 'float4' ? float4Text : floatText;
  return {
    fromText: (text) => print(Number(text)),
    toText: kind === 'float4' ? (value) => String(Math.fround(Number(value))) : same,
    problem: (value) => (Number.isFinite(Number(value)) ? null : 'the server has neither infinity nor NaN'),
  };
}

function decimalCodec(type: ColumnType): SqlCodec {
  const numeric = numericCodec(type);
  return {
    ...numeric,
    fromText: (text) => numeric.fromText(withoutZeros(text)),
    problem: (value) => (/\d$/.test(value) ? null : 'the server has neither infinity nor NaN'),
  };
}

const usualInstant = /^(?!0000)\d{4}-/;

/** Zero dates, and days such as 31 February, which a server in another mode takes, are none of any calendar. */
function instantCodec(type: ColumnType): SqlCodec {
  return {
    fromText: (text) => {
      const value = isDay(text.slice(0, 10)) ? instantFromSql(text, false) : undefined;
      if (value === undefined) return mismatch('it is no day of the calendar', text);
      return type.precision === undefined ? value : cutInstant(value, type.precision);
    },
    toText: (value) => instantToSql(value, false),
    problem: (value) => (usualInstant.test(value) ? null : 'the server holds the years 1 to 9999 only'),
  };
}

function dateCodec(type: ColumnType): SqlCodec {
  return {
    fromText: (text) =>
      isDay(text) && (type.document !== 'date' || dateToMs(text) !== undefined)
        ? text
        : mismatch('it is no day of the calendar', text),
    toText: same,
    problem: (value) => (/^\d{4}-\d\d-\d\d$/.test(value) ? null : 'the server holds the years 1 to 9999 only'),
  };
}

function isDay(text: string): boolean {
  return dateFromString(text) === text;
}

/** The server's TIME is a span of up to 838 hours, forwards or backwards. */
function timeCodec(type: ColumnType): SqlCodec {
  return {
    fromText: (text) => timeFromString(text, type.precision) ?? mismatch('it is no time of day', text),
    toText: same,
  };
}

/** Neither MongoDB's driver nor the canonical form takes NUL, and the server does. */
function withoutNul(codec: SqlCodec): SqlCodec {
  return {
    ...codec,
    fromText: (text) => (text.includes('\0') ? mismatch('it holds the character NUL', text) : codec.fromText(text)),
  };
}

const json = withoutRefusedSyntax(jsonCodec);

/** MariaDB's check of JSON lets a few texts pass that are none. */
function withoutRefusedSyntax(codec: SqlCodec): SqlCodec {
  return {
    ...codec,
    fromText: (text) => {
      try {
        return codec.fromText(text);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return mismatch('it is not JSON', text);
      }
    },
  };
}

/** Read and written as hexadecimal digits. `binary(n)` fills up with zeros. */
function bytesCodec({ sql, length }: ColumnType): SqlCodec {
  const fixed = sql === 'binary' ? length : undefined;
  return {
    fromText: (text) => text.toLowerCase(),
    toText: same,
    problem: (value) =>
      fixed === undefined || value.length === fixed * 2 ? null : `binary(${fixed}) would fill it up with zeros`,
  };
}

/** A text that is no label but a number would be taken for a label's place. */
function enumCodec({ labels = [] }: ColumnType): SqlCodec {
  return {
    fromText: (text) => (labels.includes(text) ? text : mismatch('it is none of the labels', text)),
    toText: same,
    problem: (value) => (labels.includes(value) ? null : 'it is none of the labels'),
  };
}

/** Bits as digits, sets as their labels with commas, addresses as printed. */
function opaqueCodec({ sql, length, labels }: ColumnType): SqlCodec {
  if (sql === 'bit')
    return {
      ...plainCodec,
      problem: (value) =>
        /^[01]*$/.test(value) && value.length === length ? null : `bit(${length}) has ${length} digits, each 0 or 1`,
    };
  if (labels === undefined) return plainCodec;
  return {
    ...plainCodec,
    problem: (value) =>
      value === '' || value.split(',').every((label) => labels.includes(label)) ? null : 'it holds another label',
  };
}
