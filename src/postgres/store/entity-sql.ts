/**
 * An entity in SQL: its quoted names, its casts, and how keys and states turn into texts and back. Compiled once per
 * entity. Must not know a connection.
 */
import { boundedState } from '../../model/bounded-state.js';
import type { Entity, Field } from '../../model/entity.js';
import { decodeKey, encodeKey } from '../../model/key.js';
import type { State, Value } from '../../model/record.js';
import { isRefused, readRefusal } from '../../model/refusal.js';
import { quoted, quotedTable } from '../names.js';
import { type SqlCodec, sqlCodec } from '../types.js';

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

/**
 * The key columns' texts, or null if no row can have this key: a value that is refused is another side's, unless it is
 * our own text that cannot cross.
 */
export function keyTexts(sql: EntitySql, key: string): readonly string[] | null {
  const texts: string[] = [];
  const parts = sql.key.length > 1 && isRefused(key) ? null : decodeKey(key, sql.key.length);
  if (parts === null || parts.length !== sql.key.length) return null;
  for (const [index, part] of parts.entries()) {
    const text = partText((sql.key[index] as ColumnSql).codec, part);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

function partText(codec: SqlCodec, part: string): string | null {
  if (!isRefused(part)) return codec.toText(part);
  const { image } = readRefusal(part);
  try {
    return codec.fromText(image) === part ? image : null;
  } catch {
    return null;
  }
}

/** `texts` are the key columns as the server printed them. */
export function keyOf(sql: EntitySql, texts: readonly (string | null)[]): string {
  return encodeKey(sql.key.map((column, index) => column.codec.fromText(texts[index] as string) as string));
}

/** `row` holds the mapped columns outside the key from `offset` on, in the order of `Entity.fields`. */
export function stateOf(sql: EntitySql, row: readonly (string | null)[], offset: number): State {
  const state = new Array<Value>(sql.fields.length);
  for (let i = 0; i < sql.fields.length; i++) {
    const text = row[offset + i];
    state[i] = text === null || text === undefined ? null : (sql.fields[i] as ColumnSql).codec.fromText(text);
  }
  return boundedState(state);
}
