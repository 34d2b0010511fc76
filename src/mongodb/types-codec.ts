/** What reads and writes one field's values, and how it refuses one. Must not know a particular type. */
import { BSON } from 'mongodb';
import type { Value } from '../model/record.js';
import { refuse } from '../model/refusal.js';
import { bsonKind, extendedJson } from './bson-walk.js';

export interface BsonCodec {
  /** `kind` is the element's type byte; its value stands in bytes[start, end). Canonical, possibly refused; null for null and undefined. */
  fromBson(kind: number, bytes: Buffer, start: number, end: number): Value;
  /** Canonical (neither null nor refused) → a value that the driver writes with exactly the right type. */
  toBson(value: string): unknown;
}

/** One value in its raw form. */
export interface RawValue {
  readonly kind: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Refuses a value where a scalar stands in the column: a document or an array there is a conflict of structure. */
export function refuseScalar(raw: RawValue, reason: string): string {
  const nested = raw.kind === bsonKind.document || raw.kind === bsonKind.array;
  if (nested) return refuseRaw(raw, 'structural', 'a document or an array cannot stand in a column of single values');
  return refuseRaw(raw, 'type_mismatch', reason);
}

export function refuseRaw(raw: RawValue, kind: 'type_mismatch' | 'structural', reason: string): string {
  return refuse({ kind, reason, image: imageOf(raw) });
}

/** Canonical extended JSON; raw bytes where that would lose something (twofold keys, broken UTF-8, far dates). */
function imageOf(raw: RawValue): string {
  try {
    const image = extendedJson(raw.kind, raw.bytes, raw.start, raw.end);
    const again = BSON.serialize({ v: BSON.EJSON.parse(image, { relaxed: false }) as unknown });
    if (Buffer.compare(again.subarray(7, -1), raw.bytes.subarray(raw.start, raw.end)) === 0) return image;
  } catch {
    // Bytes that the library cannot read are shown as they are.
  }
  return JSON.stringify({ bsonType: raw.kind, hex: raw.bytes.toString('hex', raw.start, raw.end) });
}
