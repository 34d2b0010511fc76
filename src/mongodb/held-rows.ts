/**
 * What the link that writes to MongoDB holds, as documents of `isthmus_held`. States are JSON pairs of field and value, so that a later mapping can read them, and
 * text, since canonical values may hold what BSON strings cannot. Must not know the protocol.
 */
import type { Document } from 'mongodb';
import type { Entity } from '../model/entity.js';
import { type RecordRef, recordId, type State, type Value } from '../model/record.js';
import type { HeldRow } from '../ports/side-store.js';

export function stateText(entity: Entity, state: State): string | null {
  return state === null ? null : JSON.stringify(entity.fields.map(({ field }, slot) => [field, state[slot] ?? null]));
}

/** Fields that the mapping has gained are null, those that it has lost are left out. */
export function stateOfText(entity: Entity, text: string | null): State {
  if (text === null) return null;
  const values = new Map(JSON.parse(text) as [string, Value][]);
  return entity.fields.map(({ field }) => values.get(field) ?? null);
}

export function heldId(name: string, ref: RecordRef): string {
  return `${name}/${recordId(ref)}`;
}

export function heldDocument(name: string, entity: Entity, row: HeldRow): Document {
  const { key, time, begun, since } = row;
  return {
    _id: heldId(name, row),
    name,
    entity: entity.name,
    key,
    base: stateText(entity, row.base),
    tip: stateText(entity, row.tip),
    time,
    begun,
    since,
  };
}

export function heldRow(entity: Entity, stored: Document): HeldRow {
  return {
    entity: entity.name,
    key: stored['key'] as string,
    base: stateOfText(entity, stored['base'] as string | null),
    tip: stateOfText(entity, stored['tip'] as string | null),
    time: stored['time'] as HeldRow['time'],
    begun: stored['begun'] as number,
    since: stored['since'] as number,
  };
}
