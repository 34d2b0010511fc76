/**
 * Held records as rows of `isthmus.held`: states as JSON objects by field name, so that a later mapping can read them.
 * All is `text`, since refused values contain U+0000, which `jsonb` does not take.
 */
import { createHash } from 'node:crypto';
import type { Entity } from '../../model/entity.js';
import type { RecordRef, State, Value } from '../../model/record.js';
import type { AddedColumn, HeldRow, LogSpan } from '../../ports/side-store.js';
import type { Statement } from '../session.js';
import { textArray } from './text-array.js';

export function holdStatement(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  rows: readonly HeldRow[],
): Statement {
  const columns = [
    rows.map((row) => row.entity),
    rows.map(digest),
    rows.map((row) => JSON.stringify(row.key)),
    rows.map((row) => stateText(entities.get(row.entity), row.base)),
    rows.map((row) => stateText(entities.get(row.entity), row.tip)),
    rows.map((row) => (row.time === null ? null : String(row.time))),
    rows.map((row) => (row.span === null ? null : `${row.span.first} ${row.span.last}`)),
    rows.map((row) => String(row.begun)),
    rows.map((row) => String(row.since)),
    rows.map((row) => (row.added ? JSON.stringify(row.added) : null)),
  ];
  return {
    name: 'isthmus_hold',
    text: `insert into isthmus.held (name, entity, digest, key, base, tip, time, span, begun, since, added)
      select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[])
      on conflict (name, entity, digest) do update set base = excluded.base, tip = excluded.tip, time = excluded.time,
        span = excluded.span, begun = excluded.begun, since = excluded.since,
        added = excluded.added`,
    values: [name, ...columns.map(textArray)],
  };
}

export function dropStatement(name: string, refs: readonly RecordRef[]): Statement {
  return {
    name: 'isthmus_drop',
    text: `delete from isthmus.held as h using unnest($2::text[], $3::text[]) as w(entity, digest)
      where h.name = $1 and h.entity = w.entity and h.digest = w.digest`,
    values: [name, textArray(refs.map((ref) => ref.entity)), textArray(refs.map(digest))],
  };
}

export function selectHeld(name: string): Statement {
  return {
    text: 'select entity, key, base, tip, time, span, begun, since, added from isthmus.held where name = $1',
    values: [name],
  };
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

/** Keys may be longer than an index takes, and refused ones hold what `text` does not take. */
function digest(ref: RecordRef): string {
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
