/** The statements of a plan's record writes, one for each group, carried out with each row. Must not know transactions. */
import type { RecordWrite } from '../../ports/side-store.js';
import type { BuiltStatements } from '../../sql/commit-run.js';
import { type WriteGroup, writeGroups } from '../../sql/write-groups.js';
import { type BindValue, forEach, type Statement } from '../statement.js';
import type { ColumnSql, EntitySql } from './entity-sql.js';

export function writeStatements(
  entities: ReadonlyMap<string, EntitySql>,
  writes: readonly RecordWrite[],
  ordered: boolean,
): BuiltStatements<Statement> {
  const grouped = writeGroups(entities, writes, ordered);
  if (grouped.kind === 'refused') return grouped;
  const statements = grouped.groups.flatMap((group) => statementsOf(group));
  return {
    kind: 'statements',
    statements: statements.map((statement) => ({ statement, meets: statement.rows.length })),
  };
}

function statementsOf(group: WriteGroup<EntitySql>): readonly Statement[] {
  const { sql, operation } = group;
  const written = group.columns.map((index) => sql.fields[index] as ColumnSql);
  // Rows have the key first; placeholders are in the order of the text.
  const columns = operation === 'insert' ? [...sql.key, ...written] : [...written, ...sql.key];
  const rows = group.rows.map((row) => {
    const [key, values] = [row.slice(0, sql.key.length), row.slice(sql.key.length)];
    const texts = operation === 'insert' ? [...key, ...values] : [...values, ...key];
    return texts.map((text, index): BindValue => (columns[index] as ColumnSql).bind(text));
  });
  return forEach(
    textOf(group, written),
    columns.map(({ kind }) => kind),
    rows,
  );
}

function textOf({ sql, operation, defaults }: WriteGroup<EntitySql>, written: readonly ColumnSql[]): string {
  if (operation === 'insert') {
    const all = [...sql.key, ...written];
    const values = all.map((column, index) => column.stored(`:${index + 1}`));
    return `insert into ${sql.table} (${all.map(({ name }) => name).join(', ')}) values (${values.join(', ')})`;
  }
  const where = sql.key
    .map((column, index) => `t.${column.name} = ${column.compared(`:${written.length + index + 1}`)}`)
    .join(' and ');
  if (operation === 'delete') return `delete from ${sql.table} t where ${where}`;
  const set = [
    ...written.map((column, index) => `t.${column.name} = ${column.stored(`:${index + 1}`)}`),
    ...defaults.map((index) => `t.${(sql.fields[index] as ColumnSql).name} = default`),
  ];
  return `update ${sql.table} t set ${set.join(', ')} where ${where}`;
}
