/** Records ↔ plain JSON data that looks like their documents, as modules of the user's and `--value` see them. Pure. */
import type { Entity, Field } from '../model/entity.js';
import { decodeKey } from '../model/key.js';
import type { State, Value } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import { saidNull } from './fits-column.js';
import { isPlainObject } from './plain-json.js';
import { plainValue, type Unreadable, unreadable, valueOfPlain } from './plain-value.js';

export type PlainState = { readonly ok: true; readonly state: State } | Unreadable;

type PlainObject = Readonly<Record<string, unknown>>;

/** The record as its document looks, `_id` included; null: it is absent. */
export function plainRecord(entity: Entity, key: string, state: State): PlainObject | null {
  if (state === null) return null;
  return Object.fromEntries([
    ['_id', plainId(entity, key)],
    ...entity.fields.map((field, index) => [field.field, plainValue(field.type, state[index] as Value)] as const),
  ]);
}

/** A single key column's value, or the composite `_id`. */
function plainId(entity: Entity, key: string): unknown {
  if (entity.key.length > 1 && !isRefused(key)) return plainKey(entity, key);
  return plainValue((entity.key[0] as Field).type, key);
}

/** The key's fields by name; a single one is `_id`. Not for a key that cannot cross. */
export function plainKey(entity: Entity, key: string): PlainObject {
  const parts = decodeKey(key, entity.key.length);
  return Object.fromEntries(
    entity.key.map(({ field, type }, index) => [field, plainValue(type, parts[index] as string)]),
  );
}

/** Null is an absent record. Every field must stand there, and no other; `_id` may be left out. */
export function stateOfPlain(entity: Entity, key: string, plain: unknown): PlainState {
  if (plain === null) return { ok: true, state: null };
  if (!isPlainObject(plain)) return unreadable('it is neither an object nor null');
  if (Object.hasOwn(plain, '_id') && !sameId(entity, key, plain['_id']))
    return unreadable('its _id is another key than the record’s');
  const names = new Set(entity.fields.map(({ field }) => field));
  const unknown = Object.keys(plain).find((name) => name !== '_id' && !names.has(name));
  if (unknown !== undefined) return unreadable(`it has the field ${unknown.slice(0, 63)}, which is not mapped`);
  const state: Value[] = [];
  for (const { field, type } of entity.fields) {
    if (!Object.hasOwn(plain, field)) return unreadable(`it lacks the field ${field}; write null for no value`);
    const read = valueOfPlain(type, plain[field]);
    if (!read.ok) return unreadable(`field ${field}: ${read.reason}`);
    state.push(read.value);
  }
  const empty = saidNull(entity, state);
  return empty === null ? { ok: true, state } : unreadable(`field ${empty}: the column must not be null`);
}

/** As text too: `5` and `"5"` are one key. */
function sameId(entity: Entity, key: string, id: unknown): boolean {
  const expected = plainId(entity, key);
  if (!isPlainObject(expected)) return !isObject(id) && String(id) === String(expected);
  const given = isObject(id) ? new Map(Object.entries(id)) : new Map<string, unknown>();
  const parts = Object.entries(expected);
  return given.size === parts.length && parts.every(([name, part]) => String(given.get(name)) === String(part));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
