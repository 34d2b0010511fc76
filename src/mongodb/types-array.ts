/** Array columns: BSON arrays, nested once for each dimension. Must not know the element's type. */
import { type CanonicalArray, maxDimensions, readArray, writeArray } from '../model/canonical.js';
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { bsonKind, nameEnd, valueEnd } from './bson-walk.js';
import { type BsonCodec, refuseRaw } from './types-codec.js';

/** Why an array cannot cross. */
class ArrayProblem extends Error {
  constructor(
    readonly kind: 'type_mismatch' | 'structural',
    reason: string,
  ) {
    super(reason);
  }
}

export function arrayCodec(type: ColumnType, element: BsonCodec): BsonCodec {
  // A nested array in an array of JSON is a JSON value, not a dimension.
  const dimensions = type.element?.kind === 'json' || type.element?.kind === 'jsonb' ? 1 : maxDimensions;
  return {
    fromBson: (kind, bytes, start, end) => {
      if (kind !== bsonKind.array)
        return refuseRaw(
          { kind, bytes, start, end },
          'structural',
          'a single value cannot stand in a column of arrays',
        );
      try {
        const array = read(element, dimensions, bytes, start, end);
        shapeOf(array);
        return writeArray(array);
      } catch (error) {
        if (!(error instanceof ArrayProblem)) throw error;
        return refuseRaw({ kind, bytes, start, end }, error.kind, error.message);
      }
    },
    toBson: (value) => values(readArray(value), element),
  };
}

function values(array: CanonicalArray, element: BsonCodec): unknown[] {
  return array.map((each) => {
    if (each === null) return null;
    return typeof each === 'string' ? element.toBson(each) : values(each, element);
  });
}

function read(element: BsonCodec, dimensions: number, bytes: Buffer, start: number, end: number): CanonicalArray {
  const items: (Value | CanonicalArray)[] = [];
  let at = start + 4;
  while (at < end - 1) {
    const kind = bytes[at] as number;
    const from = nameEnd(bytes, at + 1) + 1;
    at = valueEnd(bytes, kind, from);
    if (kind === bsonKind.undefined) throw new ArrayProblem('type_mismatch', 'an element is undefined');
    if (kind === bsonKind.array && dimensions > 1) items.push(read(element, dimensions - 1, bytes, from, at));
    else items.push(kind === bsonKind.null ? null : checked(element.fromBson(kind, bytes, from, at)));
  }
  return items;
}

function checked(value: Value): Value {
  if (!isRefused(value)) return value;
  const { kind, reason } = readRefusal(value);
  throw new ArrayProblem(kind, `an element: ${reason}`);
}

/** The sizes of all dimensions; PostgreSQL has only rectangular arrays, and an empty one has no dimension. */
function shapeOf(array: CanonicalArray, depth = 0): string {
  if (depth > 0 && array.length === 0) throw new ArrayProblem('structural', 'an inner array is empty');
  let shape: string | null = null;
  for (const each of array) {
    const inner = each === null || typeof each === 'string' ? '' : shapeOf(each, depth + 1);
    if (shape !== null && inner !== shape) throw new ArrayProblem('structural', 'inner arrays differ in length');
    shape = inner;
  }
  return `${array.length},${shape ?? ''}`;
}
