/** Statements on `isthmus.held`. All of a held record is text: see `sql/held-texts.ts`. */
import type { Entity } from '../../model/entity.js';
import type { RecordRef } from '../../model/record.js';
import type { HeldRow } from '../../ports/side-store.js';
import { heldColumns, heldTexts, keyDigest } from '../../sql/held-texts.js';
import { literal, quoted } from '../names.js';
import { textType } from './entity-sql.js';
import { givenRows } from './given-rows.js';

const names = heldColumns.map(quoted);

/** Throws `RowTooLarge`. */
export function holdStatements(
  name: string,
  entities: ReadonlyMap<string, Entity>,
  rows: readonly HeldRow[],
  packetBytes: number,
): readonly string[] {
  const columns = ['digest', ...heldColumns].map((_, index) => ({ name: `v${index}`, type: textType }));
  const texts = rows.map((row) => [keyDigest(row), ...heldTexts(entities.get(row.entity), row)]);
  const changed = names.slice(2).map((column) => `${column} = values(${column})`);
  return givenRows(columns, texts, packetBytes).map(
    ({ source }) => `insert into isthmus.held (name, digest, ${names.join(', ')})
      select ${literal(name)}, ${columns.map((column) => `w.${column.name}`).join(', ')} from ${source}
      on duplicate key update ${changed.join(', ')}`,
  );
}

export function dropStatements(name: string, refs: readonly RecordRef[], packetBytes: number): readonly string[] {
  const columns = ['v0', 'v1'].map((each) => ({ name: each, type: textType }));
  const keys = refs.map((ref) => [ref.entity, keyDigest(ref)]);
  const bin = (column: string): string => `convert(${column} using utf8mb4) collate utf8mb4_bin`;
  return givenRows(columns, keys, packetBytes).map(
    ({ source }) => `delete h from ${source} straight_join isthmus.held as h force index (primary)
      on h.name = ${literal(name)} and h.entity = ${bin('w.v0')} and h.digest = ${bin('w.v1')}`,
  );
}

export function selectHeld(name: string): string {
  return `select ${names.join(', ')} from isthmus.held where name = ${literal(name)}`;
}
