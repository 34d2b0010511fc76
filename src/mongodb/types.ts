/** Reads a BSON value into canonical form and back, by column type. Must not know which document it stands in. */
import type { ColumnType } from '../model/entity.js';
import { bsonKind } from './bson-walk.js';
import { arrayCodec } from './types-array.js';
import type { BsonCodec } from './types-codec.js';
import { jsonCodec } from './types-json.js';
import { strictCodec } from './types-key.js';
import { floatCodec, integerCodec, numericCodec } from './types-number.js';
import { boolCodec, bytesCodec, dateCodec, instantCodec, stringCodec, textCodec, uuidCodec } from './types-text.js';

export type { BsonCodec } from './types-codec.js';

/** Made once per field: choosing happens here, not per value. */
export function bsonCodec(type: ColumnType): BsonCodec {
  const { fromBson, toBson } = elementCodec(type);
  return {
    fromBson: (kind, bytes, start, end) =>
      kind === bsonKind.null || kind === bsonKind.undefined ? null : fromBson(kind, bytes, start, end),
    toBson: type.document === 'string' ? (value) => value : toBson,
  };
}

/** Like `bsonCodec`, but strings and numbers are never converted into each other, and null is refused. */
export function keyCodec(type: ColumnType): BsonCodec {
  return strictCodec(type, bsonCodec(type));
}

function elementCodec(type: ColumnType): BsonCodec {
  switch (type.kind) {
    case 'bool':
      return boolCodec(type);
    case 'int2':
    case 'int4':
    case 'int8':
      return integerCodec(type, type.kind);
    case 'float4':
    case 'float8':
      return floatCodec(type, type.kind);
    case 'numeric':
      return numericCodec(type);
    case 'text':
    case 'varchar':
    case 'char':
    case 'citext':
      return textCodec(type);
    case 'timestamptz':
    case 'timestamp':
      return instantCodec(type);
    case 'date':
      return dateCodec(type);
    case 'uuid':
      return uuidCodec(type);
    case 'bytea':
      return bytesCodec(type);
    case 'json':
    case 'jsonb':
      return jsonCodec;
    case 'array':
      return arrayCodec(type, bsonCodec(elementOf(type)));
    case 'time':
    case 'timetz':
    case 'interval':
    case 'enum':
    case 'opaque':
      return stringCodec(type);
  }
}

function elementOf(type: ColumnType): ColumnType {
  if (type.element === undefined) throw new Error(`the array type ${type.sql} has no element type`);
  return type.element;
}
