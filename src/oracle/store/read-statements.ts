/** Statements that read records by key, many at once. Must not know transactions. */
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import { keyOf, keyTexts, stateOf } from '../../sql/row-columns.js';
import type { TextResult } from '../session.js';
import { type Bind, bound, type Statement } from '../statement.js';
import type { ColumnSql, EntitySql } from './entity-sql.js';
import { inLists } from './in-lists.js';

export interface ReadGroup {
  readonly sql: EntitySql;
  readonly refs: readonly RecordRef[];
  readonly statement: Statement;
}

export interface ReadShape {
  /** Under a row lock: waits for a writer whose commit is on its way. */
  readonly locked: boolean;
  /** All columns behind the mapped ones. */
  readonly raw: boolean;
  /** No columns but the key: which records exist. */
  readonly keysOnly?: true;
}

/** One statement per entity, or a few; refs whose key no row can have are left out. */
export function readGroups(
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: ReadShape,
): readonly ReadGroup[] {
  const grouped = new Map<EntitySql, { ref: RecordRef; texts: readonly string[] }[]>();
  for (const ref of refs) {
    const sql = entities.get(ref.entity);
    const texts = sql === undefined ? null : keyTexts(sql, ref.key);
    if (sql === undefined || texts === null) continue;
    const group = grouped.get(sql) ?? [];
    grouped.set(sql, group);
    group.push({ ref, texts });
  }
  return [...grouped].flatMap(([sql, group]) =>
    inLists(group).map(({ members, first, count }) => ({
      sql,
      refs: group.slice(first, first + count).map(({ ref }) => ref),
      statement: readStatement(
        sql,
        members.map(({ texts }) => texts),
        shape,
      ),
    })),
  );
}

/** A lock that is not to be had for so long passes for contention. */
const lockWaitS = 5;

function readStatement(sql: EntitySql, keys: readonly (readonly string[])[], shape: ReadShape): Statement {
  const binds: Bind[] = [];
  const members = keys.map((texts) => {
    const values = sql.key.map((column, index) => {
      binds.push([column.kind, column.bind(texts[index] as string)]);
      return column.compared(`:${binds.length}`);
    });
    return values.length === 1 ? (values[0] as string) : `(${values.join(', ')})`;
  });
  const names = sql.key.map((column) => `t.${column.name}`);
  const key = names.length === 1 ? (names[0] as string) : `(${names.join(', ')})`;
  const columns = selectedColumns(shape.keysOnly ? sql.key : [...sql.key, ...sql.fields]);
  const what = shape.raw ? `${columns}, t.*` : columns;
  const lock = shape.locked ? ` for update wait ${lockWaitS}` : '';
  return bound(`select ${what} from ${sql.table} t where ${key} in (${members.join(', ')})${lock}`, binds);
}

/** Each under a name of its own: two columns of one name would be renamed by the driver. */
export function selectedColumns(columns: readonly ColumnSql[]): string {
  return columns.map((column, index) => `${column.selected} as c${index}`).join(', ');
}

/** By record; a row that was locked may have got another key meanwhile. */
export function rowsByRef(
  { sql, refs }: ReadGroup,
  result: TextResult,
): readonly (readonly [ref: RecordRef, row: readonly (string | null)[]])[] {
  const byKey = new Map(refs.map((ref) => [ref.key, ref]));
  return result.rows.flatMap((row) => {
    const ref = byKey.get(keyOf(sql, row.slice(0, sql.key.length)));
    return ref === undefined ? [] : [[ref, row] as const];
  });
}

export function collectStates(group: ReadGroup, result: TextResult, into: Map<RecordId, State>): void {
  for (const [ref, row] of rowsByRef(group, result))
    into.set(recordId(ref), stateOf(group.sql, row, group.sql.key.length));
}
