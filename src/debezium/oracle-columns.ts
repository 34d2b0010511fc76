/**
 * How a column's values are read from what the connector for Oracle writes, by its type and the connector's settings, or why they do not
 * come exactly. Pure. Must not know messages. What each type becomes the connector's own classes told, without a database (`oracle-told.jsonl`).
 */
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { floating, integer, numeric } from './read-number.js';
import { bytesOf, stringOf } from './read-text.js';
import { timestamp, zonedText } from './read-time.js';
import { type Inexact, isInexact, type ValueReader } from './value-reader.js';

const leaveOut = 'Leave the column out of the mapping (`fields`).';

export function oracleColumn(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return wholeNumber(type, modes);
    case 'numeric':
      return decimal(type, modes);
    case 'float4':
      return floating('float');
    case 'float8':
      return floating('double');
    case 'varchar':
    case 'char':
      return stringOf(null);
    case 'bytea':
      return bytesOf(modes, '');
    case 'timestamp':
      return instant(type, modes);
    case 'timestamptz':
      return zoned;
    default:
      return { inexact: `Debezium does not know the type ${type.sql}`, remedy: leaveOut };
  }
}

/** By how many digits there may be before the point. */
function whole(digits: number): ValueReader {
  if (digits < 3) return integer('int8');
  if (digits < 5) return integer('int16');
  return integer(digits < 10 ? 'int32' : 'int64');
}

/** Up to 18 digits: a number where decimals are bytes, and otherwise what decimals are; earlier versions wrote a number always. */
function wholeNumber(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  const { precision = 38 } = type;
  if (modes.decimals === 'precise') return whole(precision);
  const reader = numeric({ ...type, precision, scale: 0 }, modes);
  if (modes.decimals === 'double' || isInexact(reader)) return reader;
  return {
    written: reader.written,
    text: (value) => (typeof value === 'number' ? String(value) : reader.text(value)),
  };
}

const digitsOfLong = 19;

function decimal(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  const { precision, scale = 0 } = type;
  if (precision === undefined || scale >= 0) return numeric(type, modes);
  if (precision - scale < digitsOfLong) return whole(precision - scale);
  if (modes.decimals === 'precise')
    return { inexact: 'a negative scale is not told', remedy: 'Set decimal.handling.mode=string.' };
  return numeric(type, modes);
}

const microDigits = 6;

/** Of more than six digits of a second come nanoseconds, which have room for the years 1677 to 2262 only. */
function instant(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  if ((type.precision ?? microDigits) > microDigits && modes.times !== 'connect')
    return {
      inexact: 'nanoseconds have no room for years before 1677 and after 2262',
      remedy: `Make the column timestamp(${microDigits}), set time.precision.mode=connect, or leave the column out.`,
    };
  const { written, text } = timestamp(type, modes);
  return { written, text: (value) => withSign(text(value)) };
}

const beforeChrist = / BC$/;

/** As the server prints a year before Christ. */
function withSign(text: string | undefined): string | undefined {
  return text !== undefined && beforeChrist.test(text) ? `-${text.replace(beforeChrist, '')}` : text;
}

const offsetInstant = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?([+-]\d\d:\d\d)$/;

/** With the offset that was written; what counts is the instant. */
const zoned: ValueReader = {
  written: { type: 'string', name: 'io.debezium.time.ZonedTimestamp' },
  text: (value) => {
    const match = typeof value === 'string' ? offsetInstant.exec(value) : null;
    if (match === null) return withSign(zonedText(value));
    const [, minutes, seconds = ':00', fraction = '', offset] = match;
    const at = new Date(`${minutes}${seconds}${offset}`);
    if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 || at.getUTCFullYear() > 9999) return undefined;
    const text = at.toISOString().slice(0, 19).replace('T', ' ');
    const digits = fraction.replace(/0+$/, '');
    return digits === '' ? text : `${text}.${digits}`;
  },
};
