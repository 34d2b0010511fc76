/**
 * Held records as rows of texts: states as JSON objects by field name, so that a later mapping can read them, and without
 * U+0000, which refused values contain and not every text type takes. Must not know a server.
 */
import { createHash } from 'node:crypto';
import type { Entity } from '../model/entity.js';
import type { RecordRef, State, Value } from '../model/record.js';
import type { AddedColumn, HeldRow, LogSpan } from '../ports/side-store.js';

/** In the order in which `heldTexts` gives and `readHeldRow` takes them, which has no digest. */
export const heldColumns = ['entity', 'key', 'base', 'tip', 'time', 'span', 'begun', 'since', 'added'] as const;

export function heldTexts(entity: Entity | undefined, row: HeldRow): readonly (string | null)[] {
  return [
    row.entity,
    JSON.stringify(row.key),
    stateText(entity, row.base),
    stateText(entity, row.tip),
    row.time === null ? null : String(row.time),
    row.span === null ? null : `${row.span.first} ${row.span.last}`,
    String(row.begun),
    String(row.since),
    row.added ? JSON.stringify(row.added) : null,
  ];
}

/** Null: of an entity that is no longer mapped. */
export function readHeldRow(entities: ReadonlyMap<string, Entity>, row: readonly (string | null)[]): HeldRow | null {
  const [name, key, base, tip, time, span, begun, since, added] = row as [
    string,
    string,
    string | null,
    string | null,
    string | null,
    string | null,
    string,
    string,
    string | null,
  ];
  const entity = entities.get(name);
  if (entity === undefined) return null;
  return {
    entity: name,
    key: JSON.parse(key) as string,
    base: readState(entity, base),
    tip: readState(entity, tip),
    time: time === null || time === 'load' ? time : Number(time),
    span: readSpan(span),
    begun: Number(begun),
    since: Number(since),
    ...(added !== null && { added: JSON.parse(added) as AddedColumn[] }),
  };
}

function readSpan(text: string | null): LogSpan | null {
  const [first, last] = text === null ? [] : text.split(' ');
  return first === undefined || last === undefined ? null : { first, last };
}

/** Keys may be longer than an index takes, and refused ones hold what a text type may not take. */
export function keyDigest(ref: RecordRef): string {
  return createHash('sha256').update(ref.key).digest('base64');
}

function stateText(entity: Entity | undefined, state: State): string | null {
  if (state === null || entity === undefined) return null;
  return JSON.stringify(Object.fromEntries(entity.fields.map((field, index) => [field.field, state[index] as Value])));
}

function readState(entity: Entity, text: string | null): State {
  if (text === null) return null;
  const values = new Map(Object.entries(JSON.parse(text) as Record<string, Value>));
  return entity.fields.map((field) => values.get(field.field) ?? null);
}
