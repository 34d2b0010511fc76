/**
 * Turns a plan's record writes into few statements: one for all writes of an entity that touch the same columns. Each
 * raises `missedMark` if it reaches fewer rows than it should. Must not know transactions.
 */
import type { Value } from '../../model/record.js';
import { isRefused, readRefusal } from '../../model/refusal.js';
import type { RecordWrite, TargetRefusal } from '../../ports/side-store.js';
import type { Statement } from '../session.js';
import { type ColumnSql, type EntitySql, keyTexts } from './entity-sql.js';
import { textArray } from './text-array.js';

/** Stands in the error of a statement that missed a row: casting it to a number fails. */
export const missedMark = 'isthmus_missed';

export type WriteStatements =
  | { readonly kind: 'statements'; readonly statements: readonly Statement[] }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

type Operation = 'delete' | 'update' | 'insert';

interface WriteGroup {
  /** Of its statement: writes that touch the same columns share it. */
  readonly name: string;
  readonly sql: EntitySql;
  readonly operation: Operation;
  /** Indices into `Entity.fields`. */
  readonly columns: readonly number[];
  /** Those of an update that get their default. */
  readonly defaults: readonly number[];
  readonly keys: (string | null)[][];
  readonly values: (string | null)[][];
}

/** A unique value may move from a deleted record to another one, so deletes go first. */
const order: readonly Operation[] = ['delete', 'update', 'insert'];

export function writeStatements(
  entities: ReadonlyMap<string, EntitySql>,
  writes: readonly RecordWrite[],
  ordered: boolean,
): WriteStatements {
  const groups = new Map<string, WriteGroup>();
  for (const [index, write] of writes.entries()) {
    const sql = entities.get(write.entity);
    const keys = sql === undefined ? null : keyTexts(sql, write.key);
    if (sql === undefined || keys === null) return refused('its key is not one that the table can hold');
    const operation = operationOf(write);
    const { columns, defaults } = columnsOf(sql, write, operation);
    if (operation === 'update' && columns.length + defaults.length === 0) continue;
    const name = `${operation[0]} ${write.entity} ${columns.join(',')} ${defaults.join(',')}`;
    const id = ordered ? `${index} ${name}` : name;
    let group = groups.get(id);
    if (group === undefined) {
      group = { name, sql, operation, columns, defaults, keys: sql.key.map(() => []), values: columns.map(() => []) };
      groups.set(id, group);
    }
    for (let i = 0; i < keys.length; i++) (group.keys[i] as (string | null)[]).push(keys[i] as string);
    const bad = addValues(group, write);
    if (bad !== null) return refused(bad);
  }
  const all = [...groups.values()];
  const sorted = ordered ? all : order.flatMap((operation) => all.filter((group) => group.operation === operation));
  return { kind: 'statements', statements: sorted.map(statementOf) };
}

function operationOf(write: RecordWrite): Operation {
  if (write.after === null) return 'delete';
  return write.before === null ? 'insert' : 'update';
}

/** What a write sets: changed fields only, so that what MongoDB cannot hold of the others survives. */
function columnsOf(
  sql: EntitySql,
  { before, after }: RecordWrite,
  operation: Operation,
): Pick<WriteGroup, 'columns' | 'defaults'> {
  const columns: number[] = [];
  const defaults: number[] = [];
  if (operation === 'delete') return { columns, defaults };
  for (const [index, field] of sql.entity.fields.entries()) {
    const value = (after as readonly Value[])[index] as Value;
    if (operation === 'update' && value === before?.[index]) continue;
    // A column that must not be null gets its default where the document has nothing.
    if (value !== null || !field.hasDefault || field.nullable) columns.push(index);
    else if (operation === 'update') defaults.push(index);
  }
  return { columns, defaults };
}

/** The reason why a value cannot be written, or null. */
function addValues(group: WriteGroup, write: RecordWrite): string | null {
  for (const [i, column] of group.columns.entries()) {
    const value = (write.after as readonly Value[])[column] as Value;
    if (isRefused(value)) return `${group.sql.entity.fields[column]?.column ?? ''}: ${readRefusal(value).reason}`;
    (group.values[i] as (string | null)[]).push(
      value === null ? null : (group.sql.fields[column] as ColumnSql).codec.toText(value),
    );
  }
  return null;
}

function statementOf(group: WriteGroup): Statement {
  const { name, sql, columns } = group;
  const count = (group.keys[0] as (string | null)[]).length;
  const values = [...group.keys, ...group.values].map(textArray);
  const written = columns.map((index) => sql.fields[index] as ColumnSql);
  return { text: checked(writeText(group, written), values.length + 1), values: [...values, String(count)], name };
}

function writeText({ sql, operation, defaults }: WriteGroup, written: readonly ColumnSql[]): string {
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

function refused(reason: string): WriteStatements {
  return { kind: 'refused', refusal: { code: 'invalid_value', reason } };
}
