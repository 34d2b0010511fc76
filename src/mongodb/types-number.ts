/** Codecs of the number columns. Must not know which document a value stands in. */
import { Double, Int32, Long } from 'mongodb';
import { decimalOfNumber, fitsInteger, fitsNumeric, isIntegerText } from '../model/canonical-number.js';
import { fitsDocument, fitsFloat, floatCanonical, fromString } from '../model/canonical-string.js';
import type { ColumnType } from '../model/entity.js';
import { bsonKind, readInt32 } from './bson-walk.js';
import { type BsonCodec, refuseScalar } from './types-codec.js';
import { writeDecimal } from './types-decimal.js';
import { readInt64Text, readNumber, readString } from './types-read.js';

export function integerCodec(type: ColumnType, kind: 'int2' | 'int4' | 'int8'): BsonCodec {
  const reason = `it is not a whole number in the range of ${type.sql}`;
  return {
    fromBson: (tag, bytes, start, end) => {
      if (tag === bsonKind.int32 && kind !== 'int2') return String(readInt32(bytes, start));
      if (tag === bsonKind.int64 && kind === 'int8') return readInt64Text(bytes, start);
      const text = numberOf(type, tag, bytes, start, end);
      if (text !== undefined && isIntegerText(text) && fitsInteger(kind, text)) return text;
      return refuseScalar({ kind: tag, bytes, start, end }, reason);
    },
    toBson: kind === 'int8' ? longOf : (value) => new Int32(Number(value)),
  };
}

function longOf(value: string): Long {
  return value.length < 16 ? Long.fromNumber(Number(value)) : Long.fromString(value);
}

export function floatCodec(type: ColumnType, kind: 'float4' | 'float8'): BsonCodec {
  const reason = `it is no number, or ${type.sql} would round it`;
  return {
    fromBson: (tag, bytes, start, end) => {
      const x = tag === bsonKind.double ? bytes.readDoubleLE(start) : exactDouble(type, tag, bytes, start, end);
      if (x !== undefined && fitsFloat(kind, x)) return floatCanonical(kind, x);
      return refuseScalar({ kind: tag, bytes, start, end }, reason);
    },
    toBson: (value) => new Double(Number(value)),
  };
}

/** Another number type, or a string, as a double with the same decimal text. */
function exactDouble(type: ColumnType, tag: number, bytes: Buffer, start: number, end: number): number | undefined {
  const text = numberOf(type, tag, bytes, start, end);
  if (text === undefined) return undefined;
  return tag === bsonKind.string || decimalOfNumber(Number(text)) === text ? Number(text) : undefined;
}

export function numericCodec(type: ColumnType): BsonCodec {
  const reason = `it is no number, or ${nameOf(type)} would round it`;
  return {
    fromBson: (tag, bytes, start, end) => {
      const text = numberOf(type, tag, bytes, start, end);
      if (text !== undefined && fitsDocument(type, text) && fitsNumeric(type, text)) return text;
      return refuseScalar({ kind: tag, bytes, start, end }, reason);
    },
    toBson: type.document === 'double' ? (value) => new Double(Number(value)) : writeDecimal,
  };
}

function nameOf(type: ColumnType): string {
  return type.precision === undefined ? type.sql : `${type.sql}(${type.precision},${type.scale ?? 0})`;
}

function numberOf(type: ColumnType, tag: number, bytes: Buffer, start: number, end: number): string | undefined {
  if (tag !== bsonKind.string) return readNumber(tag, bytes, start);
  const text = readString(bytes, start, end);
  return text === undefined ? undefined : fromString(type, text);
}
