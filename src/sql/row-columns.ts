/**
 * How keys and states of an entity turn into the texts of its columns and back. Must not know a server: the codecs do.
 */
import { boundedState } from '../model/bounded-state.js';
import type { Entity } from '../model/entity.js';
import { decodeKey, encodeKey } from '../model/key.js';
import type { State, Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import type { SqlCodec } from './sql-codec.js';

interface RowColumn {
  readonly codec: SqlCodec;
}

export interface RowColumns {
  readonly entity: Entity;
  readonly key: readonly RowColumn[];
  readonly fields: readonly RowColumn[];
}

/**
 * The key columns' texts, or null if no row can have this key: a value that is refused is another side's, unless it is
 * our own text that cannot cross.
 */
export function keyTexts(sql: RowColumns, key: string): readonly string[] | null {
  const texts: string[] = [];
  const parts = sql.key.length > 1 && isRefused(key) ? null : decodeKey(key, sql.key.length);
  if (parts === null || parts.length !== sql.key.length) return null;
  for (const [index, part] of parts.entries()) {
    const text = partText((sql.key[index] as RowColumn).codec, part);
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
export function keyOf(sql: RowColumns, texts: readonly (string | null)[]): string {
  return encodeKey(sql.key.map((column, index) => column.codec.fromText(texts[index] as string) as string));
}

/** `row` holds the mapped columns outside the key from `offset` on, in the order of `Entity.fields`. */
export function stateOf(sql: RowColumns, row: readonly (string | null)[], offset: number): State {
  const state = new Array<Value>(sql.fields.length);
  for (let i = 0; i < sql.fields.length; i++) {
    const text = row[offset + i];
    state[i] = text === null || text === undefined ? null : (sql.fields[i] as RowColumn).codec.fromText(text);
  }
  return boundedState(state);
}
