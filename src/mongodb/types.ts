/** Reads a BSON value into canonical form and back, by column type. Must not know which document it stands in. */
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';

export interface BsonCodec {
  /** `kind` is the element's type byte; its value stands in bytes[start, end). Canonical, possibly refused; null for null and undefined. */
  fromBson(kind: number, bytes: Buffer, start: number, end: number): Value;
  /** Canonical (neither null nor refused) → a value that the driver writes with exactly the right type. */
  toBson(value: string): unknown;
}

export function bsonCodec(type: ColumnType): BsonCodec {
  throw new Error(`not built yet: ${type.kind}`);
}
