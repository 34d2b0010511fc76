/**
 * The strict reading of a key's value: documents that are two to MongoDB must never be one record, and one that is
 * the same key to MongoDB (5, 5L, 5.0) must be the same here. Must not know composite keys.
 */
import type { ColumnKind, ColumnType } from '../model/entity.js';
import { isRefused } from '../model/refusal.js';
import { bsonKind } from './bson-walk.js';
import { type BsonCodec, type RawValue, refuseScalar } from './types-codec.js';
import { readDateMs, readNumber, readString } from './types-read.js';

const numbers: readonly number[] = [bsonKind.int32, bsonKind.int64, bsonKind.double, bsonKind.decimal];
const strings: readonly number[] = [bsonKind.string];

const kinds: Record<ColumnKind, readonly number[]> = {
  bool: [bsonKind.bool],
  int2: numbers,
  int4: numbers,
  int8: numbers,
  float4: numbers,
  float8: numbers,
  numeric: numbers,
  text: strings,
  varchar: strings,
  char: strings,
  citext: strings,
  timestamptz: [bsonKind.date],
  timestamp: [bsonKind.date],
  date: strings,
  time: strings,
  timetz: strings,
  interval: strings,
  enum: strings,
  opaque: strings,
  uuid: [bsonKind.binary],
  bytea: [bsonKind.binary],
  json: [],
  jsonb: [],
  array: [],
};

const documentKinds = {
  string: strings,
  date: [bsonKind.date],
  double: numbers,
  objectId: [bsonKind.objectId],
} as const;

/** Wraps the field's own codec, which converts more than a key may. */
export function strictCodec(type: ColumnType, inner: BsonCodec): BsonCodec {
  const allowed = type.document === undefined ? kinds[type.kind] : documentKinds[type.document];
  const reason = `as a key of ${type.sql} it is of the wrong type, or written in another way than ours`;
  return {
    fromBson: (kind, bytes, start, end) => {
      const value = allowed.includes(kind) ? inner.fromBson(kind, bytes, start, end) : null;
      if (value !== null && isRefused(value)) return value;
      if (value !== null && isSame(type, inner.toBson(value), { kind, bytes, start, end })) return value;
      return refuseScalar({ kind, bytes, start, end }, reason);
    },
    toBson: inner.toBson,
  };
}

/** Whether MongoDB takes the value that we would write for the one that stands there. */
function isSame(type: ColumnType, ours: unknown, { kind, bytes, start, end }: RawValue): boolean {
  if (kind === bsonKind.string) return ours === readString(bytes, start, end);
  if (kind === bsonKind.date) return ours instanceof Date && ours.getTime() === readDateMs(bytes, start);
  // A Double and a Decimal128 of the same text (0.1) are two keys, unless it is an integer that both hold exactly.
  if (type.kind !== 'numeric') return true;
  const own = type.document === 'double' ? bsonKind.double : bsonKind.decimal;
  if ((kind === bsonKind.double || kind === bsonKind.decimal) && kind !== own) return isSafeInteger(kind, bytes, start);
  return true;
}

function isSafeInteger(kind: number, bytes: Buffer, start: number): boolean {
  return Number.isSafeInteger(Number(readNumber(kind, bytes, start)));
}
