/**
 * Sorts a plan's record writes into groups that one statement can carry out: those of an entity that touch the same
 * columns. Must not know how a statement is written.
 */
import { decodeKey } from '../model/key.js';
import type { Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import type { RecordWrite, TargetRefusal } from '../ports/side-store.js';
import { keyTexts, type RowColumns } from './row-columns.js';

export type Operation = 'delete' | 'update' | 'insert';

export interface WriteGroup<S extends RowColumns> {
  /** Of its statement: writes that touch the same columns share it. */
  readonly name: string;
  readonly sql: S;
  readonly operation: Operation;
  /** Indices into `Entity.fields`. */
  readonly columns: readonly number[];
  /** Those of an update that get their default. */
  readonly defaults: readonly number[];
  /** By row: the key columns' texts, then those of `columns`. */
  readonly rows: (readonly (string | null)[])[];
}

export type WriteGroups<S extends RowColumns> =
  | { readonly kind: 'groups'; readonly groups: readonly WriteGroup<S>[] }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

/** A unique value may move from a deleted record to another one, so deletes go first. */
const order: readonly Operation[] = ['delete', 'update', 'insert'];

/** `ordered`: each write is a group of its own, in the plan's order. */
export function writeGroups<S extends RowColumns>(
  entities: ReadonlyMap<string, S>,
  writes: readonly RecordWrite[],
  ordered: boolean,
): WriteGroups<S> {
  const groups = new Map<string, WriteGroup<S>>();
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
      group = { name, sql, operation, columns, defaults, rows: [] };
      groups.set(id, group);
    }
    const bad = addRow(group, keys, write);
    if (bad !== null) return refused(bad);
  }
  const all = [...groups.values()];
  const sorted = ordered ? all : order.flatMap((operation) => all.filter((group) => group.operation === operation));
  return { kind: 'groups', groups: sorted };
}

function operationOf(write: RecordWrite): Operation {
  if (write.after === null) return 'delete';
  return write.before === null ? 'insert' : 'update';
}

/** What a write sets: changed fields only, so that what MongoDB cannot hold of the others survives. */
function columnsOf(
  sql: RowColumns,
  { before, after }: RecordWrite,
  operation: Operation,
): Pick<WriteGroup<RowColumns>, 'columns' | 'defaults'> {
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
function addRow(group: WriteGroup<RowColumns>, keys: readonly string[], write: RecordWrite): string | null {
  const badKey = group.operation === 'insert' ? keyProblem(group.sql, write.key) : null;
  if (badKey !== null) return badKey;
  const values: (string | null)[] = [...keys];
  for (const column of group.columns) {
    const value = (write.after as readonly Value[])[column] as Value;
    const reason = value === null ? null : problemOf(group.sql, column, value);
    if (reason !== null) return `${group.sql.entity.fields[column]?.column ?? ''}: ${reason}`;
    values.push(value === null ? null : (group.sql.fields[column] as RowColumns['fields'][number]).codec.toText(value));
  }
  group.rows.push(values);
  return null;
}

/** A key that is refused is the table's own already. */
function keyProblem(sql: RowColumns, key: string): string | null {
  if (isRefused(key)) return null;
  for (const [index, part] of decodeKey(key, sql.key.length).entries()) {
    const reason = isRefused(part) ? null : (sql.key[index]?.codec.problem?.(part) ?? null);
    if (reason !== null) return `${sql.entity.key[index]?.column ?? ''}: ${reason}`;
  }
  return null;
}

function problemOf(sql: RowColumns, column: number, value: string): string | null {
  if (isRefused(value)) return readRefusal(value).reason;
  return sql.fields[column]?.codec.problem?.(value) ?? null;
}

function refused<S extends RowColumns>(reason: string): WriteGroups<S> {
  return { kind: 'refused', refusal: { code: 'invalid_value', reason } };
}
