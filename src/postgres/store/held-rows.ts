/** Statements on `isthmus.held`. All of a held record is `text`: see `sql/held-texts.ts`. */
import type { Entity } from '../../model/entity.js';
import type { RecordRef } from '../../model/record.js';
import type { HeldRow } from '../../ports/side-store.js';
import { heldColumns, heldTexts, keyDigest } from '../../sql/held-texts.js';
import type { Statement } from '../session.js';
import { textArray } from './text-array.js';

const numbers: ReadonlySet<string> = new Set(['begun', 'since']);

export function holdStatement(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  rows: readonly HeldRow[],
): Statement {
  const texts = rows.map((row) => heldTexts(entities.get(row.entity), row));
  const columns = heldColumns.map((_, index) => texts.map((row) => row[index] as string | null));
  const parameters = heldColumns.map((column, index) => `$${index + 3}::${numbers.has(column) ? 'bigint' : 'text'}[]`);
  const changed = heldColumns.slice(2).map((column) => `${column} = excluded.${column}`);
  return {
    name: 'isthmus_hold',
    text: `insert into isthmus.held (name, digest, ${heldColumns.join(', ')})
      select $1, * from unnest($2::text[], ${parameters.join(', ')})
      on conflict (name, entity, digest) do update set ${changed.join(', ')}`,
    values: [name, textArray(rows.map(keyDigest)), ...columns.map(textArray)],
  };
}

export function dropStatement(name: string, refs: readonly RecordRef[]): Statement {
  return {
    name: 'isthmus_drop',
    text: `delete from isthmus.held as h using unnest($2::text[], $3::text[]) as w(entity, digest)
      where h.name = $1 and h.entity = w.entity and h.digest = w.digest`,
    values: [name, textArray(refs.map((ref) => ref.entity)), textArray(refs.map(keyDigest))],
  };
}

export function selectHeld(name: string): Statement {
  return { text: `select ${heldColumns.join(', ')} from isthmus.held where name = $1`, values: [name] };
}
