/** Steps over BSON elements in raw bytes, without making values of them. Must not know what a document means. */
import { BSON } from 'mongodb';

/** The element types that this folder asks for by name. */
export const bsonKind = {
  double: 1,
  string: 2,
  document: 3,
  array: 4,
  binary: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  int32: 16,
  timestamp: 17,
  int64: 18,
  decimal: 19,
} as const;

export function readInt32(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** An int64 as a number: exact up to 2^53, which is enough for times and for numbers of ours. */
export function readInt64(bytes: Buffer, at: number): number {
  return readInt32(bytes, at + 4) * 0x1_0000_0000 + (readInt32(bytes, at) >>> 0);
}

/** Where a name (or any C string) ends: the index of its NUL. */
export function nameEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (bytes[end] !== 0) if (++end >= bytes.length) throw new RangeError('a BSON name has no end');
  return end;
}

/** Where the value part of an element of this kind ends. */
export function valueEnd(bytes: Buffer, kind: number, at: number): number {
  switch (kind) {
    case 1:
    case 9:
    case 17:
    case 18:
      return at + 8;
    case 2:
    case 13:
    case 14:
      return at + 4 + readInt32(bytes, at);
    case 3:
    case 4:
    case 15:
      return at + readInt32(bytes, at);
    case 5:
      return at + 5 + readInt32(bytes, at);
    case 6:
    case 10:
    case 127:
    case 255:
      return at;
    case 7:
      return at + 12;
    case 8:
      return at + 1;
    case 11:
      return nameEnd(bytes, nameEnd(bytes, at) + 1) + 1;
    case 12:
      return at + 4 + readInt32(bytes, at) + 12;
    case 16:
      return at + 4;
    case 19:
      return at + 16;
    default:
      throw new RangeError(`BSON has no type ${kind}`);
  }
}

/** The text of a string element's value part. */
export function stringAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at + 4, at + 3 + readInt32(bytes, at));
}

/** A number of any BSON number type but Decimal128; NaN for everything else. */
export function numberAt(bytes: Buffer, kind: number, at: number): number {
  if (kind === bsonKind.int32) return readInt32(bytes, at);
  if (kind === bsonKind.int64) return readInt64(bytes, at);
  return kind === bsonKind.double ? bytes.readDoubleLE(at) : Number.NaN;
}

export interface Element {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
}

/** The first element of this name in the document that starts at `at`; null: there is none. Not for hot paths. */
export function findElement(bytes: Buffer, at: number, name: string): Element | null {
  for (const element of elements(bytes, at)) if (element.name === name) return element;
  return null;
}

/** All elements of the document or array that starts at `at`. Not for hot paths. */
export function* elements(bytes: Buffer, at: number): Generator<Element & { readonly name: string }> {
  const last = at + readInt32(bytes, at) - 1;
  let position = at + 4;
  while (position < last) {
    const kind = bytes[position] as number;
    const nameStop = nameEnd(bytes, position + 1);
    const start = nameStop + 1;
    const end = valueEnd(bytes, kind, start);
    yield { kind, name: bytes.toString('utf8', position + 1, nameStop), start, end };
    position = end;
  }
}

/** One value as canonical extended JSON: what is shown of a value that cannot cross. */
export function extendedJson(kind: number, bytes: Buffer, start: number, end: number): string {
  const size = 4 + 1 + 2 + (end - start) + 1;
  const wrapped = Buffer.alloc(size);
  wrapped.writeInt32LE(size, 0);
  wrapped[4] = kind;
  wrapped[5] = 118; // 'v': a name, so that the value is a document of its own
  bytes.copy(wrapped, 7, start, end);
  const { v } = BSON.deserialize(wrapped, { promoteValues: false, bsonRegExp: true, validation: { utf8: false } });
  return BSON.EJSON.stringify(v, { relaxed: false });
}
