/** An entity in SQL: its quoted names, its casts, its codecs. Compiled once per entity. Must not know a connection. */
import type { Entity, Field } from '../../model/entity.js';
import type { SqlCodec } from '../../sql/sql-codec.js';
import { quoted, quotedTable } from '../names.js';
import { sqlCodec } from '../types.js';

export interface ColumnSql {
  readonly name: string;
  readonly codec: SqlCodec;
  /** `unnest`'s argument for parameter `$n`, and what to make of the element it gives. */
  parameter(n: number): string;
  cast(element: string): string;
}

export interface EntitySql {
  readonly entity: Entity;
  readonly table: string;
  readonly key: readonly ColumnSql[];
  readonly fields: readonly ColumnSql[];
}

export function compileEntitySql(entity: Entity): EntitySql {
  return { entity, table: quotedTable(entity), key: entity.key.map(columnSql), fields: entity.fields.map(columnSql) };
}

function columnSql(field: Field): ColumnSql {
  const { sql, kind } = field.type;
  // `unnest` would take arrays of arrays apart, so an array goes as text and is cast row by row.
  const asText = kind === 'array';
  return {
    name: quoted(field.column),
    codec: sqlCodec(field.type),
    parameter: (n) => (asText ? `$${n}::text[]` : `$${n}::${sql}[]`),
    cast: (element) => (asText ? `${element}::${sql}` : element),
  };
}
