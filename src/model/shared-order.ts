/**
 * The order of keys in which both databases can read an entity, so that two streams of records can be merged: none where
 * their orders differ (decimals with NaN, byte strings, times with more digits on one side, enums …). Pure.
 */
import type { ColumnKind, Entity } from './entity.js';
import { decodeKey } from './key.js';
import { type Compare, compareCodePoints, compareIntegers, compareUnits } from './text-order.js';

const orders: Partial<Record<ColumnKind, Compare>> = {
  int2: compareIntegers,
  int4: compareIntegers,
  int8: compareIntegers,
  uuid: compareUnits,
  bool: compareUnits,
  text: compareCodePoints,
  varchar: compareCodePoints,
};

/** Null: there is none. Keys that are refused have no place in it. */
export function sharedOrder(entity: Entity): Compare | null {
  const columns = entity.key.map(({ type }) => (type.document === undefined ? orders[type.kind] : undefined));
  if (columns.length === 0 || columns.some((column) => column === undefined)) return null;
  const [single] = columns;
  if (columns.length === 1) return single as Compare;
  return (a, b) => {
    const left = decodeKey(a, columns.length);
    const right = decodeKey(b, columns.length);
    for (const [index, column] of columns.entries()) {
      const result = (column as Compare)(left[index] as string, right[index] as string);
      if (result !== 0) return result;
    }
    return 0;
  };
}
