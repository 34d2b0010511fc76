/** The statements of a plan's record writes, one for each group or a few. Must not know transactions. */
import type { RecordWrite } from '../../ports/side-store.js';
import type { BuiltStatements } from '../../sql/commit-run.js';
import { type WriteGroup, writeGroups } from '../../sql/write-groups.js';
import type { ColumnSql, EntitySql } from './entity-sql.js';
import { textType } from './entity-sql.js';
import { type GivenRows, givenRows } from './given-rows.js';
import { givenKey, joinedByKey } from './read-statements.js';

/** Throws `RowTooLarge`. */
export function writeStatements(
  entities: ReadonlyMap<string, EntitySql>,
  writes: readonly RecordWrite[],
  options: { readonly ordered: boolean; readonly packetBytes: number },
): BuiltStatements<string> {
  const grouped = writeGroups(entities, writes, options.ordered);
  if (grouped.kind === 'refused') return grouped;
  return {
    kind: 'statements',
    statements: grouped.groups.flatMap((group) =>
      givenRows(givenColumns(group), group.rows, options.packetBytes).map((given) => ({
        statement: writeText(group, given),
        meets: given.count,
      })),
    ),
  };
}

/** A row that is inserted stores its key as it stores everything: a text that does not fit is an error there. */
function givenColumns({ sql, operation, columns }: WriteGroup<EntitySql>): { name: string; type: string }[] {
  const keys =
    operation === 'insert' ? sql.key.map((_, index) => ({ name: `v${index}`, type: textType })) : givenKey(sql);
  return [...keys, ...columns.map((_, index) => ({ name: `v${sql.key.length + index}`, type: textType }))];
}

function writeText(group: WriteGroup<EntitySql>, { source }: GivenRows): string {
  const { sql, operation, columns, defaults } = group;
  const written = columns.map((index) => sql.fields[index] as ColumnSql);
  if (operation === 'insert') {
    const all = [...sql.key, ...written];
    const values = all.map((column, index) => column.stored(`w.v${index}`));
    return `insert into ${sql.table} (${all.map((column) => column.name).join(', ')}) select ${values.join(', ')} from ${source}`;
  }
  if (operation === 'delete') return `delete t from ${source} ${joinedByKey(sql)}${exactly(sql)}`;
  const set = [
    ...written.map((column, index) => `t.${column.name} = ${column.stored(`w.v${sql.key.length + index}`)}`),
    ...defaults.map((index) => `t.${(sql.fields[index] as ColumnSql).name} = default`),
    ...untouched(group).map((column) => `t.${column.name} = t.${column.name}`),
  ];
  return `update ${source} ${joinedByKey(sql)}${exactly(sql)} set ${set.join(', ')}`;
}

/** Those that may be ON UPDATE CURRENT_TIMESTAMP, which what is said of them prevents. */
function untouched({ sql, columns, defaults }: WriteGroup<EntitySql>): readonly ColumnSql[] {
  const touched = new Set([...columns, ...defaults]);
  return sql.fields.filter(({ type }, index) => type.kind.startsWith('timestamp') && !touched.has(index));
}

/** Keys that are equal to the server alone are another record's. */
function exactly(sql: EntitySql): string {
  return sql.key
    .map((column, index) =>
      column.loose ? ` and cast(convert(t.${column.name} using utf8mb4) as binary) = cast(w.v${index} as binary)` : '',
    )
    .join('');
}
