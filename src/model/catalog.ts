/** What a PostgreSQL schema offers for mapping, as plain data. Must not know how it is read from the server. */
import type { ColumnType } from './entity.js';
import type { Value } from './record.js';

export interface CatalogColumn {
  readonly name: string;
  /** Null: the column cannot be mapped, see `unmappable`. */
  readonly type: ColumnType | null;
  /** Why it cannot be mapped; null if it can. */
  readonly unmappable: string | null;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** What the rows got that stood before the column was added; null: there were none, or it is not known. */
  readonly addedWith: Value;
  /** A stored or virtual generated column: never written. */
  readonly generated: boolean;
  /** Serial, identity, or a default that calls nextval. */
  readonly sequence: boolean;
  /** Why it must not be part of a key; null if it may. */
  readonly ambiguousKey: string | null;
}

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  /** In the table's order, without dropped ones. */
  readonly columns: readonly CatalogColumn[];
  /** In the order of the primary key's definition; empty: none. */
  readonly primaryKey: readonly string[];
  readonly hasUserTriggers: boolean;
  readonly replicaIdentityFull: boolean;
  /** The root of a partitioned table: the one that is mapped. */
  readonly partitioned: boolean;
  /** A partition of another table: `public.*` leaves it to its root. */
  readonly partition: boolean;
}

/** Opaque types whose text is equal exactly where PostgreSQL calls the values equal. */
const opaqueKeys: ReadonlySet<string> = new Set([
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'oid',
  'name',
  'pg_lsn',
  'bit varying',
  'xid8',
  'money',
]);

const ambiguousKinds: Partial<Record<ColumnType['kind'], string>> = {
  float4: 'floating point numbers have no exact equality in both databases',
  float8: 'floating point numbers have no exact equality in both databases',
  citext: 'PostgreSQL takes values that differ in case for equal, MongoDB does not',
  interval: 'PostgreSQL takes different intervals (1 month, 30 days) for equal',
  json: 'a JSON value has no single image',
  jsonb: 'a JSON value has no single image',
  array: 'MongoDB does not allow an array as _id',
};

/** Why a column must not be part of a key, or null. `deterministic` is false for a nondeterministic collation. */
export function ambiguousKey(type: ColumnType, deterministic: boolean): string | null {
  if (!deterministic) return 'its collation takes different strings for equal, MongoDB does not';
  if ((type.kind === 'timestamptz' || type.kind === 'timestamp') && (type.precision ?? 6) > 3)
    return 'it holds microseconds and MongoDB milliseconds, so two rows could have one document';
  if (type.kind === 'opaque' && !opaqueKeys.has(type.sql.replace('pg_catalog.', '')))
    return 'different texts of this type may be equal';
  return ambiguousKinds[type.kind] ?? null;
}
