/** Codecs of the columns whose canonical form is text, and of those that also have a BSON type of their own. */
import { Binary, ObjectId } from 'mongodb';
import { fromString, textFromString } from '../model/canonical-string.js';
import { cutInstant, dateFromMs, dateToMs, instantFromMs, instantToMs } from '../model/canonical-time.js';
import type { ColumnType } from '../model/entity.js';
import { bsonKind, readInt32 } from './bson-walk.js';
import { type BsonCodec, refuseScalar } from './types-codec.js';
import { readDateMs, readNumber, readString } from './types-read.js';

type Read = (kind: number, bytes: Buffer, start: number, end: number) => string | undefined;

/** A codec that first reads the type's own BSON type, then a string, then gives up. */
function codec(reason: string, toBson: BsonCodec['toBson'], read: Read): BsonCodec {
  return {
    fromBson: (kind, bytes, start, end) =>
      read(kind, bytes, start, end) ?? refuseScalar({ kind, bytes, start, end }, reason),
    toBson,
  };
}

const same = (value: string): string => value;

/** Any value that a string says, of a type whose canonical form `fromString` knows. */
function stringOf(type: ColumnType, kind: number, bytes: Buffer, start: number, end: number): string | undefined {
  if (kind !== bsonKind.string) return undefined;
  const text = readString(bytes, start, end);
  return text === undefined ? undefined : fromString(type, text);
}

/** time, interval, enum, opaque … : a string on both sides. */
export function stringCodec(type: ColumnType): BsonCodec {
  const reason =
    type.kind === 'enum' ? `it is no label of ${type.sql}` : `it is no string that ${type.sql} holds unchanged`;
  return codec(reason, same, (kind, bytes, start, end) => stringOf(type, kind, bytes, start, end));
}

export function textCodec(type: ColumnType): BsonCodec {
  const limit = type.length === undefined ? '' : ` of at most ${type.length} characters`;
  const reason = `it is no valid text${limit} (or it holds NUL)`;
  const plain = type.kind !== 'char' && type.length === undefined && type.document === undefined;
  return codec(
    reason,
    type.document === 'objectId' ? (value) => new ObjectId(value) : same,
    (kind, bytes, start, end) => {
      const text = kind === bsonKind.string ? readString(bytes, start, end) : textOf(kind, bytes, start);
      return text === undefined || plain ? text : textFromString(type, text);
    },
  );
}

/** The values that have one obvious text. */
function textOf(kind: number, bytes: Buffer, start: number): string | undefined {
  if (kind === bsonKind.bool) return boolOf(bytes, start);
  if (kind === bsonKind.objectId) return bytes.toString('hex', start, start + 12);
  if (kind === bsonKind.date) return instantFromMs(readDateMs(bytes, start));
  return readNumber(kind, bytes, start);
}

function boolOf(bytes: Buffer, start: number): string {
  return bytes[start] === 0 ? 'false' : 'true';
}

export function boolCodec(type: ColumnType): BsonCodec {
  return codec(
    'it is neither true nor false',
    (value) => value === 'true',
    (kind, bytes, start, end) =>
      kind === bsonKind.bool ? boolOf(bytes, start) : stringOf(type, kind, bytes, start, end),
  );
}

export function instantCodec(type: ColumnType): BsonCodec {
  const toBson = (value: string): Date => new Date(instantToMs(value));
  return codec(`it is no instant that ${type.sql} holds`, toBson, (kind, bytes, start, end) => {
    if (kind !== bsonKind.date) return stringOf(type, kind, bytes, start, end);
    const instant = instantFromMs(readDateMs(bytes, start));
    return instant === undefined ? undefined : cutInstant(instant, type.precision);
  });
}

export function dateCodec(type: ColumnType): BsonCodec {
  const asDate = type.document === 'date';
  const toBson = asDate ? (value: string): Date => new Date(dateToMs(value) as number) : same;
  return codec('it is no day (a Date must be midnight UTC)', toBson, (kind, bytes, start, end) => {
    const date =
      kind === bsonKind.date ? dateFromMs(readDateMs(bytes, start)) : stringOf(type, kind, bytes, start, end);
    return date === undefined || !asDate || dateToMs(date) !== undefined ? date : undefined;
  });
}

/** Not the library's UUID, which checks and copies its text at ten times the cost. */
function uuidBinary(value: string): Binary {
  return new Binary(Buffer.from(value.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID);
}

export function uuidCodec(type: ColumnType): BsonCodec {
  return codec('it is no UUID (Binary subtype 4)', uuidBinary, (kind, bytes, start, end) => {
    if (kind !== bsonKind.binary) return stringOf(type, kind, bytes, start, end);
    if (bytes[start + 4] !== 4 || readInt32(bytes, start) !== 16) return undefined;
    const hex = bytes.toString('hex', start + 5, end);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });
}

export function bytesCodec(type: ColumnType): BsonCodec {
  const toBson = (value: string): Binary => new Binary(Buffer.from(value, 'hex'), 0);
  return codec('it is no Binary of subtype 0', toBson, (kind, bytes, start, end) => {
    if (kind !== bsonKind.binary) return stringOf(type, kind, bytes, start, end);
    return bytes[start + 4] === 0 ? bytes.toString('hex', start + 5, end) : undefined;
  });
}
