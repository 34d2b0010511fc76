/**
 * The statements of a plan's record writes, one for each group. Each
 * raises `missedMark` if it reaches fewer rows than it should. Must not know transactions.
 */
import type { RecordWrite, TargetRefusal } from '../../ports/side-store.js';
import { type WriteGroup, writeGroups } from '../../sql/write-groups.js';
import type { Statement } from '../session.js';
import type { ColumnSql, EntitySql } from './entity-sql.js';
import { textArray } from './text-array.js';

/** Stands in the error of a statement that missed a row: casting it to a number fails. */
export const missedMark = 'isthmus_missed';

export type WriteStatements =
  | { readonly kind: 'statements'; readonly statements: readonly Statement[] }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

export function writeStatements(
  entities: ReadonlyMap<string, EntitySql>,
  writes: readonly RecordWrite[],
  ordered: boolean,
): WriteStatements {
  const grouped = writeGroups(entities, writes, ordered);
  return grouped.kind === 'refused' ? grouped : { kind: 'statements', statements: grouped.groups.map(statementOf) };
}

function statementOf(group: WriteGroup<EntitySql>): Statement {
  const { name, sql, columns, rows } = group;
  const written = columns.map((index) => sql.fields[index] as ColumnSql);
  const values = [...sql.key, ...written].map((_, index) => textArray(rows.map((row) => row[index] as string | null)));
  return {
    text: checked(writeText(group, written), values.length + 1),
    values: [...values, String(rows.length)],
    name,
  };
}

function writeText({ sql, operation, defaults }: WriteGroup<EntitySql>, written: readonly ColumnSql[]): string {
  const all = [...sql.key, ...written];
  const source = `unnest(${all.map((column, index) => column.parameter(index + 1)).join(', ')}) as w(${all.map((_, index) => `v${index}`).join(', ')})`;
  const match = sql.key.map((column, index) => `t.${column.name} = ${column.cast(`w.v${index}`)}`).join(' and ');
  if (operation === 'delete') return `delete from ${sql.table} as t using ${source} where ${match} returning 1`;
  if (operation === 'update') {
    const set = [
      ...written.map((column, index) => `${column.name} = ${column.cast(`w.v${sql.key.length + index}`)}`),
      ...defaults.map((index) => `${(sql.fields[index] as ColumnSql).name} = default`),
    ];
    return `update ${sql.table} as t set ${set.join(', ')} from ${source} where ${match} returning 1`;
  }
  const names = all.map((column) => column.name).join(', ');
  const given = all.map((column, index) => column.cast(`w.v${index}`)).join(', ');
  // Only a row with the same key is waited for and told apart; any other unique index refuses.
  const key = sql.key.map((column) => column.name).join(', ');
  return `insert into ${sql.table} (${names}) overriding system value select ${given} from ${source} on conflict (${key}) do nothing returning 1`;
}

function checked(text: string, parameter: number): string {
  return `with w as (${text}) select case when count(*) = $${parameter}::bigint then 1 else ('${missedMark}' || count(*))::int end from w`;
}
