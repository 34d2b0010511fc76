/**
 * What the link that writes to MongoDB holds, as documents of `isthmus_held`. States are JSON pairs of field and value, so that a later mapping can read them, and
 * text, since canonical values may hold what BSON strings cannot. Must not know the protocol.
 */
import { Binary, type Document } from 'mongodb';
import type { Entity } from '../model/entity.js';
import { type RecordRef, recordId, type State, type Value } from '../model/record.js';
import type { AddedColumn, HeldRow } from '../ports/side-store.js';

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

/** Two states may be larger than a document: then their texts follow in slices, as documents that name the first one by `of`. */
const inlineUnits = 4_000_000;
const sliceBytes = 8_000_000;

export function heldDocuments(name: string, entity: Entity, row: HeldRow): Document[] {
  const { key, time, span, begun, since, added } = row;
  const _id = heldId(name, row);
  const texts = [stateText(entity, row.base), stateText(entity, row.tip)] as const;
  const [base, tip] = texts;
  const head = {
    _id,
    name,
    entity: entity.name,
    key,
    time,
    span,
    begun,
    since,
    ...(added && { added: JSON.stringify(added) }),
  };
  if ((base?.length ?? 0) + (tip?.length ?? 0) <= inlineUnits) return [{ ...head, base, tip }];
  const bytes = Buffer.from(JSON.stringify(texts));
  const slices: Document[] = [];
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    slices.push({
      _id: `${_id}#${slices.length}`,
      name,
      of: _id,
      index: slices.length,
      bytes: new Binary(bytes.subarray(at, at + sliceBytes)),
    });
  }
  return [{ ...head, slices: slices.length }, ...slices];
}

/** `slices` in any order. */
export function heldRow(entity: Entity, stored: Document, slices: readonly Document[]): HeldRow {
  const ordered = [...slices].sort((a, b) => Number(a['index']) - Number(b['index']));
  const texts =
    stored['slices'] === undefined
      ? [stored['base'], stored['tip']]
      : JSON.parse(Buffer.concat(ordered.map(({ bytes }) => (bytes as Binary).value())).toString());
  const [base, tip] = texts as [string | null, string | null];
  return {
    entity: entity.name,
    key: stored['key'] as string,
    base: stateOfText(entity, base),
    tip: stateOfText(entity, tip),
    time: stored['time'] as HeldRow['time'],
    span: (stored['span'] as HeldRow['span'] | undefined) ?? null,
    begun: stored['begun'] as number,
    since: stored['since'] as number,
    ...(stored['added'] && { added: JSON.parse(stored['added'] as string) as AddedColumn[] }),
  };
}
