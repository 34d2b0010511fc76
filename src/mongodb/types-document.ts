/** A record as a document for people to look at: conflict records, the API. Must not be used to write into a synced collection. */
import type { Document } from 'mongodb';
import type { Entity, Field } from '../model/entity.js';
import { decodeKey } from '../model/key.js';
import type { RecordRef, State, Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { bsonCodec } from './types.js';

/** Null for an absent record; refused values show their image, null fields are left out. */
export function documentOf(entity: Entity, ref: RecordRef, state: State): Document | null {
  if (state === null) return null;
  const entries: [string, unknown][] = [['_id', idOf(entity, ref.key)]];
  entity.fields.forEach((field, i) => {
    const value = state[i] ?? null;
    if (value !== null) entries.push([field.field, shown(field, value)]);
  });
  // Unlike an assignment, fromEntries makes an own `__proto__`.
  return Object.fromEntries(entries);
}

function idOf(entity: Entity, key: string): unknown {
  const single = entity.key[0];
  if (isRefused(key)) return readRefusal(key).image;
  if (entity.key.length === 1 && single !== undefined) return shown(single, key);
  const parts = decodeKey(key, entity.key.length);
  return Object.fromEntries(entity.key.map((field, i) => [field.field, shown(field, parts[i] ?? null)]));
}

function shown(field: Field, value: Value): unknown {
  if (value === null) return null;
  return isRefused(value) ? readRefusal(value).image : bsonCodec(field.type).toBson(value);
}
