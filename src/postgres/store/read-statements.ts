/** Statements that read records by key, many at once. Must not know transactions. */
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import { keyTexts, stateOf } from '../../sql/row-columns.js';
import type { Statement, TextResult } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { textArray } from './text-array.js';

export interface ReadGroup {
  readonly sql: EntitySql;
  readonly refs: readonly RecordRef[];
  readonly statement: Statement;
}

export interface ReadShape {
  /** Under a row lock: waits for a writer whose commit is on its way. */
  readonly locked: boolean;
  /** All columns instead of the mapped ones. */
  readonly raw: boolean;
  /** No columns at all: which records exist. */
  readonly keysOnly?: true;
}

/** One statement per entity; refs whose key no row can have are left out. */
export function readGroups(
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: ReadShape,
): readonly ReadGroup[] {
  const grouped = new Map<EntitySql, { refs: RecordRef[]; keys: string[][] }>();
  for (const ref of refs) {
    const sql = entities.get(ref.entity);
    const texts = sql === undefined ? null : keyTexts(sql, ref.key);
    if (sql === undefined || texts === null) continue;
    let group = grouped.get(sql);
    if (group === undefined) {
      group = { refs: [], keys: sql.key.map(() => []) };
      grouped.set(sql, group);
    }
    group.refs.push(ref);
    for (let i = 0; i < texts.length; i++) (group.keys[i] as string[]).push(texts[i] as string);
  }
  return [...grouped].map(([sql, group]) => ({
    sql,
    refs: group.refs,
    statement: readStatement(sql, group.keys, shape),
  }));
}

function readStatement(sql: EntitySql, keys: readonly (readonly string[])[], shape: ReadShape): Statement {
  const names = sql.key.map((_, index) => `k${index}`);
  const columns = shape.keysOnly ? '' : shape.raw ? 't.*' : sql.fields.map((column) => `t.${column.name}`).join(', ');
  const parameters = sql.key.map((column, index) => column.parameter(index + 1)).join(', ');
  const match = sql.key.map((column, index) => `t.${column.name} = ${column.cast(`w.k${index}`)}`).join(' and ');
  const text = `select w.i${columns === '' ? '' : `, ${columns}`} from unnest(${parameters}) with ordinality as w(${names.join(', ')}, i)
    join ${sql.table} as t on ${match}${shape.locked ? ' for no key update of t' : ''}`;
  const values = keys.map(textArray);
  // Which columns `t.*` has may change, which a prepared statement does not survive.
  return shape.raw
    ? { text, values }
    : { text, values, name: `r${shape.locked ? 'l' : shape.keysOnly ? 'k' : ''} ${sql.entity.name}` };
}

export function collectStates(group: ReadGroup, result: TextResult, into: Map<RecordId, State>): void {
  for (const row of result.rows)
    into.set(recordId(group.refs[Number(row[0]) - 1] as RecordRef), stateOf(group.sql, row, 1));
}
