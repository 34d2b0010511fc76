/** Reads PostgreSQL's text of a value into canonical form and back, by column type. Must not know how the text got here. */
import { float4Text, floatText } from '../model/canonical-number.js';
import { withoutPadding } from '../model/canonical-string.js';
import { cutInstant, dateToMs, instantFromSql, instantToSql } from '../model/canonical-time.js';
import type { ColumnType } from '../model/entity.js';
import { jsonCodec, mismatch, numericCodec, plainCodec as plain, type SqlCodec, textCodec } from '../sql/sql-codec.js';
import { arrayCodec } from './types-array.js';

/** What every session of ours sets, so that values always have the same text. */
export const sessionSettings: Readonly<Record<string, string>> = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
};

const same = (text: string): string => text;

const bool: SqlCodec = { fromText: (text) => (text === 't' || text === 'true' ? 'true' : 'false'), toText: same };

const float4: SqlCodec = { fromText: (text) => float4Text(Number(text)), toText: same };

const float8: SqlCodec = { fromText: (text) => floatText(Number(text)), toText: same };

/** Without the leading `\x`, which only the server needs. */
const bytea: SqlCodec = { fromText: (text) => text.slice(2), toText: (value) => `\\x${value}` };

/** Made once per column: choosing happens here, not per value. */
export function sqlCodec(type: ColumnType): SqlCodec {
  switch (type.kind) {
    case 'bool':
      return bool;
    case 'float4':
      return float4;
    case 'float8':
      return float8;
    case 'numeric':
      return numericCodec(type);
    case 'timestamptz':
    case 'timestamp':
      return instantCodec(type);
    case 'date':
      return type.document === 'date' ? { fromText: dateFromText, toText: same } : plain;
    case 'char':
      return textCodec(type, withoutPadding);
    case 'text':
    case 'varchar':
      return type.document === undefined ? plain : textCodec(type, same);
    case 'bytea':
      return bytea;
    case 'json':
    case 'jsonb':
      return jsonCodec;
    case 'array':
      return arrayCodec(type, sqlCodec(elementOf(type)));
    case 'int2':
    case 'int4':
    case 'int8':
    case 'citext':
    case 'time':
    case 'timetz':
    case 'interval':
    case 'uuid':
    case 'enum':
    case 'opaque':
      return plain;
  }
}

function elementOf(type: ColumnType): ColumnType {
  if (type.element === undefined) throw new Error(`the array type ${type.sql} has no element type`);
  return type.element;
}

function instantCodec(type: ColumnType): SqlCodec {
  const zoned = type.kind === 'timestamptz';
  return {
    fromText: (text) => {
      const value = instantFromSql(text, zoned);
      if (value === undefined) return mismatch('a Date cannot hold an infinite instant, or one so far away', text);
      return type.precision === undefined ? value : cutInstant(value, type.precision);
    },
    toText: (value) => instantToSql(value, zoned),
  };
}

function dateFromText(text: string): string {
  return dateToMs(text) === undefined ? mismatch('a Date cannot hold an infinite day, or one so far away', text) : text;
}
