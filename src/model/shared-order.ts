/**
 * The order of keys in which both databases can read an entity, so that two streams of records can be merged: none where
 * their orders differ (decimals with NaN, byte strings, times with more digits on one side, enums …). Pure.
 */
import type { ColumnKind, Entity } from './entity.js';
import { decodeKey } from './key.js';

type Compare = (a: string, b: string) => number;

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

function compareIntegers(a: string, b: string): number {
  if (a.length < 16 && b.length < 16) return Number(a) - Number(b);
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** UTF-8 bytes sort as code points do; strings here are UTF-16, where surrogates sort before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return lifted(left) - lifted(right);
  }
  return a.length - b.length;
}

function lifted(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
