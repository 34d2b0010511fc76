/** Reads records as they are committed, under a row lock if asked for. Must not know why. */
import type { ColumnType } from '../../model/entity.js';
import type { RecordId, RecordRef } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import type { ReadRecord } from '../../ports/side-store.js';
import { stateOf } from '../../sql/row-columns.js';
import type { OracleContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { submit, type TextResult } from '../session.js';
import { bound } from '../statement.js';
import type { EntitySql } from './entity-sql.js';
import { type ReadGroup, readGroups, rowsByRef } from './read-statements.js';

const attempts = 5;
const pauseMs = 20;

export async function readRecords(
  context: OracleContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: { readonly locked: boolean; readonly raw: boolean },
): Promise<ReadonlyMap<RecordId, ReadRecord>> {
  const groups = readGroups(entities, refs, shape);
  const found = new Map<RecordId, ReadRecord>(refs.map((ref) => [recordId(ref), { state: null, raw: null }]));
  if (groups.length === 0) return found;
  for (let attempt = 1; ; attempt++) {
    try {
      const results = await run(context, groups, shape.locked);
      for (const [index, group] of groups.entries()) collect(group, results[index] as TextResult, shape.raw, found);
      return found;
    } catch (error) {
      // A deadlock with a user, a lock that is held for long, a connection that broke: reading again is harmless.
      if ((!isContention(error) && !isConnectionLost(error)) || attempt === attempts)
        throw toIsthmusError(error, 'reading from Oracle');
      if (isConnectionLost(error)) context.locks.drop();
      await context.clock.sleep(pauseMs * 2 ** attempt);
    }
  }
}

/** Without their values. */
export async function existingRecords(
  context: OracleContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
): Promise<ReadonlySet<RecordId>> {
  const found = new Set<RecordId>();
  for (const group of readGroups(entities, refs, { locked: false, raw: false, keysOnly: true })) {
    const result = await context.reads.query(group.statement);
    for (const [ref] of rowsByRef(group, result)) found.add(recordId(ref));
  }
  return found;
}

const rollback = bound('rollback');

/** All in one transaction if locked, so that the locks are let go of together and at once: all is sent before anybody else's. */
async function run(
  context: OracleContext,
  groups: readonly ReadGroup[],
  locked: boolean,
): Promise<readonly TextResult[]> {
  const statements = groups.map((group) => group.statement);
  if (!locked) return Promise.all(statements.map((statement) => context.reads.query(statement)));
  const client = await context.locks.client();
  const settled = await Promise.allSettled([...statements, rollback].map((statement) => submit(client, statement)));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.slice(0, -1).map((each) => (each as PromiseFulfilledResult<TextResult>).value);
}

/** The exact texts of mapped columns take the place of those that the driver made. */
function collect(group: ReadGroup, result: TextResult, raw: boolean, found: Map<RecordId, ReadRecord>): void {
  const { sql } = group;
  const mapped = [...sql.entity.key, ...sql.entity.fields];
  const names = result.fields.slice(mapped.length).map((field) => field.name);
  for (const [ref, row] of rowsByRef(group, result)) {
    const whole = (): Record<string, string | null> => ({
      ...Object.fromEntries(names.map((name, index) => [name, row[mapped.length + index] ?? null])),
      ...Object.fromEntries(mapped.map(({ column, type }, index) => [column, printed(type, row[index] ?? null)])),
    });
    found.set(recordId(ref), { state: stateOf(sql, row, sql.key.length), raw: raw ? whole() : null });
  }
}

/** A year after Christ has a space for its sign. */
function printed({ kind }: ColumnType, text: string | null): string | null {
  return kind.startsWith('timestamp') && text !== null ? text.trimStart() : text;
}
