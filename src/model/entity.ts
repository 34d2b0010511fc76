/**
 * An entity: a table paired with a collection, column by field. Plain data, made once by the mapping from the
 * catalog and the configuration. Must not know a driver: how a value is read from a row or from BSON is each side's own business.
 */

/** The kinds of column that can be mapped; everything else is refused by `check` unless it is left out. */
export type ColumnKind =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'varchar'
  | 'char'
  | 'citext'
  | 'timestamptz'
  | 'timestamp'
  | 'date'
  | 'time'
  | 'timetz'
  | 'interval'
  | 'uuid'
  | 'bytea'
  | 'json'
  | 'jsonb'
  /** Kept as the server's text on both sides: inet, cidr, macaddr, bit strings, ranges, money, xml … */
  | 'enum'
  | 'opaque'
  | 'array';

/** What stands in the document where the configuration sets another type than the usual one. */
export type DocumentType = 'string' | 'date' | 'double' | 'objectId';

export interface ColumnType {
  readonly kind: ColumnKind;
  /** The type as PostgreSQL writes it, without its modifier and ready for a cast: `integer`, `public.mood`, `text[]`. */
  readonly sql: string;
  /** `numeric(precision, scale)`, or the digits of a second of `time(precision)` and the like; absent where there is no limit. */
  readonly precision?: number;
  readonly scale?: number;
  /** `varchar(n)` and `char(n)`, in characters; absent where there is no limit. */
  readonly length?: number;
  /** The labels of an enum. */
  readonly labels?: readonly string[];
  /** What an array is made of. */
  readonly element?: ColumnType;
  /** Absent: the usual one for the kind (see `canonical.ts`). */
  readonly document?: DocumentType;
}

export interface Field {
  /** The column's name, unquoted. */
  readonly column: string;
  /** The document's field, a single name (it may contain dots: it is never a path). Key columns: the field inside a composite `_id`. */
  readonly field: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Whether the column has a default; an insert leaves a NOT NULL column with a default to it where the value is null. */
  readonly hasDefault: boolean;
  /** What the rows got that stood before the column was added; absent: there were none, or it is not known. */
  readonly addedWith?: string;
}

export interface Entity {
  /** `schema.table`, the entity's name everywhere. */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly collection: string;
  /** In the order of the primary key's definition; one: the document's `_id`, several: a document as `_id`. */
  readonly key: readonly Field[];
  /** The mapped columns outside the key, in a stable order; `State` follows it. */
  readonly fields: readonly Field[];
  /** A sequence or identity makes the key: both sides may allot the same one. */
  readonly sequenceKey: boolean;
  /** Triggers or defaults may change what we write, so the progress row must carry what was written. */
  readonly mayDeviate: boolean;
}
