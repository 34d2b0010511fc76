/** Statements on `ISTHMUS.HELD`. All of a held record is text: see `sql/held-texts.ts`. */
import type { Entity } from '../../model/entity.js';
import type { RecordRef } from '../../model/record.js';
import type { HeldRow } from '../../ports/side-store.js';
import { heldColumns, heldTexts, keyDigest } from '../../sql/held-texts.js';
import { type BindKind, bound, forEach, type Statement } from '../statement.js';

/** States and keys are of any length. */
const lobs: ReadonlySet<string> = new Set(['key', 'base', 'tip', 'added']);

const kinds = heldColumns.map((column): BindKind => (lobs.has(column) ? 'lob' : 'text'));

/** What is there of the same records goes first: a LOB is not replaced where it stands. */
export function holdStatements(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  rows: readonly HeldRow[],
): readonly Statement[] {
  const values = ['name', 'digest', ...heldColumns].map((_, index) => `:${index + 1}`);
  return [
    ...dropStatements(name, rows),
    ...forEach(
      `insert into isthmus.held (name, digest, ${heldColumns.join(', ')}) values (${values.join(', ')})`,
      ['text', 'text', ...kinds],
      rows.map((row) => [name, keyDigest(row), ...heldTexts(entities.get(row.entity), row)]),
    ),
  ];
}

export function dropStatements(name: string, refs: readonly RecordRef[]): readonly Statement[] {
  return forEach(
    'delete from isthmus.held where name = :1 and entity = :2 and digest = :3',
    ['text', 'text', 'text'],
    refs.map((ref) => [name, ref.entity, keyDigest(ref)]),
  );
}

export function selectHeld(name: string): Statement {
  return bound(`select ${heldColumns.join(', ')} from isthmus.held where name = :1`, [['text', name]]);
}
