/**
 * The order of an entity's keys, the same in SQL and here: chunks of a load are ranges of it. Texts are ordered by
 * their bytes, since no other collation can be had in both places.
 */
import type { ColumnKind, Entity, Field } from '../../model/entity.js';
import { type Compare, compareCodePoints, compareIntegers, compareUnits } from '../../model/text-order.js';
import { compareDecimals, compareInstants, compareKeysBy } from '../../sql/key-compare.js';
import { quoted } from '../names.js';

export interface KeyOrder {
  /** Per key column: what to sort by; `t` is the table. */
  readonly columns: readonly string[];
  /** Per key column: parameter `$n` as a value that compares with the column. */
  parameter(column: number, n: number): string;
  compare(a: string, b: string): number;
}

interface ColumnOrder {
  /** Sorted as what it is, so that the primary key's index serves. */
  readonly typed: boolean;
  readonly compare: Compare;
}

/** Kinds whose own order can be repeated from the canonical text. */
const orders: Partial<Record<ColumnKind, Compare>> = {
  int2: compareIntegers,
  int4: compareIntegers,
  int8: compareIntegers,
  numeric: compareDecimals,
  uuid: compareUnits,
  bool: compareUnits,
  bytea: compareUnits,
  timestamptz: compareInstants,
  timestamp: compareInstants,
};

/** `bytewise`: whether a column's own collation orders by bytes, so that its index can be used. */
export function keyOrder(entity: Entity, bytewise: (column: string) => boolean): KeyOrder {
  const columns = entity.key.map((field) => columnOrder(field));
  return {
    columns: entity.key.map((field, index) =>
      expression(`t.${quoted(field.column)}`, field, (columns[index] as ColumnOrder).typed, bytewise(field.column)),
    ),
    parameter: (column, n) => {
      const field = entity.key[column] as Field;
      return (columns[column] as ColumnOrder).typed ? `$${n}::${field.type.sql}` : `$${n}::text`;
    },
    compare: compareKeysBy(columns.map(({ compare }) => compare)),
  };
}

function columnOrder(field: Field): ColumnOrder {
  const compare = orders[field.type.kind];
  return compare === undefined ? { typed: false, compare: compareCodePoints } : { typed: true, compare };
}

function expression(column: string, field: Field, typed: boolean, bytewise: boolean): string {
  if (typed) return column;
  const isText = field.type.kind === 'text' || field.type.kind === 'varchar';
  if (isText) return bytewise ? column : `${column} collate "C"`;
  return `${column}::text collate "C"`;
}
