/** Statements that read records by key, many at once. Must not know transactions. */
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import { keyOf, keyTexts, stateOf } from '../../sql/row-columns.js';
import type { TextResult } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { type GivenRows, givenRows } from './given-rows.js';

export interface ReadGroup {
  readonly sql: EntitySql;
  readonly refs: readonly RecordRef[];
  readonly statement: string;
}

export interface ReadShape {
  /** Under a row lock: waits for a writer whose commit is on its way. */
  readonly locked: boolean;
  /** All columns behind the mapped ones. */
  readonly raw: boolean;
  /** No columns but the key: which records exist. */
  readonly keysOnly?: true;
  readonly packetBytes: number;
}

/** One statement per entity, or a few; refs whose key no row can have are left out. */
export function readGroups(
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: ReadShape,
): readonly ReadGroup[] {
  const grouped = new Map<EntitySql, { refs: RecordRef[]; keys: (readonly string[])[] }>();
  for (const ref of refs) {
    const sql = entities.get(ref.entity);
    const texts = sql === undefined ? null : keyTexts(sql, ref.key);
    if (sql === undefined || texts === null) continue;
    const group = grouped.get(sql) ?? { refs: [], keys: [] };
    grouped.set(sql, group);
    group.refs.push(ref);
    group.keys.push(texts);
  }
  return [...grouped].flatMap(([sql, group]) => {
    const pieces = givenRows(givenKey(sql), group.keys, shape.packetBytes);
    return pieces.map((piece) => ({
      sql,
      refs: group.refs.slice(piece.first, piece.first + piece.count),
      statement: readStatement(sql, piece, shape),
    }));
  });
}

export function givenKey(sql: EntitySql): { readonly name: string; readonly type: string }[] {
  return sql.key.map((column, index) => ({ name: `v${index}`, type: column.given }));
}

/** The table's rows whose keys stand in `w`: found one by one, so that no others are locked. */
export function joinedByKey(sql: EntitySql): string {
  const match = sql.key.map((column, index) => `t.${column.name} = ${column.compared(`w.v${index}`)}`);
  return `straight_join ${sql.table} as t force index (primary) on ${match.join(' and ')}`;
}

function readStatement(sql: EntitySql, given: GivenRows, shape: ReadShape): string {
  const columns = [...sql.key, ...(shape.keysOnly ? [] : sql.fields)].map((column) => column.selected);
  const all = ['w.i', ...columns, ...(shape.raw ? ['t.*'] : [])].join(', ');
  return `select ${all} from ${given.source} ${joinedByKey(sql)}${shape.locked ? ' for update' : ''}`;
}

/**
 * The rows that have exactly the keys that were asked for: the server may take others for equal, by their case or by spaces
 * at the end.
 */
export function exactRows(
  { sql, refs }: ReadGroup,
  result: TextResult,
): readonly (readonly [ref: RecordRef, row: readonly (string | null)[]])[] {
  return result.rows.flatMap((row) => {
    const ref = refs[Number(row[0]) - 1] as RecordRef;
    return keyOf(sql, row.slice(1, 1 + sql.key.length)) === ref.key ? [[ref, row] as const] : [];
  });
}

export function collectStates(group: ReadGroup, result: TextResult, into: Map<RecordId, State>): void {
  for (const [ref, row] of exactRows(group, result))
    into.set(recordId(ref), stateOf(group.sql, row, 1 + group.sql.key.length));
}
