/** Reads records as they are committed, under a row lock if asked for. Must not know why. */
import type { RecordId, RecordRef } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import type { ReadRecord } from '../../ports/side-store.js';
import { stateOf } from '../../sql/row-columns.js';
import type { MysqlContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { submit, type TextResult } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { exactRows, type ReadGroup, readGroups } from './read-statements.js';

const attempts = 5;
const pauseMs = 20;

export async function readRecords(
  context: MysqlContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: { readonly locked: boolean; readonly raw: boolean },
): Promise<ReadonlyMap<RecordId, ReadRecord>> {
  const groups = readGroups(entities, refs, { ...shape, packetBytes: context.packetBytes });
  const found = new Map<RecordId, ReadRecord>(refs.map((ref) => [recordId(ref), { state: null, raw: null }]));
  for (let attempt = 1; ; attempt++) {
    try {
      const results = await run(context, groups, shape.locked);
      for (const [index, group] of groups.entries()) collect(group, results[index] as TextResult, shape.raw, found);
      return found;
    } catch (error) {
      // A deadlock with a user, a lock that is held for long, a connection that broke: reading again is harmless.
      if ((!isContention(error) && !isConnectionLost(error)) || attempt === attempts)
        throw toIsthmusError(error, 'reading from MariaDB');
      if (isConnectionLost(error)) context.locks.drop();
      await context.clock.sleep(pauseMs * 2 ** attempt);
    }
  }
}

/** Without their values. */
export async function existingRecords(
  context: MysqlContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
): Promise<ReadonlySet<RecordId>> {
  const found = new Set<RecordId>();
  const shape = { locked: false, raw: false, keysOnly: true, packetBytes: context.packetBytes } as const;
  for (const group of readGroups(entities, refs, shape)) {
    const result = await context.reads.query(group.statement);
    for (const [ref] of exactRows(group, result)) found.add(recordId(ref));
  }
  return found;
}

/** All in one transaction if locked, so that the locks are let go of together and at once: all is sent before anybody else's. */
async function run(
  context: MysqlContext,
  groups: readonly ReadGroup[],
  locked: boolean,
): Promise<readonly TextResult[]> {
  const statements = groups.map((group) => group.statement);
  if (!locked) return Promise.all(statements.map((statement) => context.reads.query(statement)));
  const client = await context.locks.client();
  const settled = await Promise.allSettled(
    ['start transaction', ...statements, 'rollback'].map((statement) => submit(client, statement)),
  );
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.slice(1, -1).map((each) => (each as PromiseFulfilledResult<TextResult>).value);
}

function collect(group: ReadGroup, result: TextResult, raw: boolean, found: Map<RecordId, ReadRecord>): void {
  const mapped = 1 + group.sql.key.length + group.sql.fields.length;
  const names = result.fields.slice(mapped).map((field) => field.name);
  for (const [ref, row] of exactRows(group, result)) {
    const whole = raw ? Object.fromEntries(names.map((name, index) => [name, row[mapped + index] ?? null])) : null;
    found.set(recordId(ref), { state: stateOf(group.sql, row, 1 + group.sql.key.length), raw: whole });
  }
}
