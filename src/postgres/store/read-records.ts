/** Reads records as they are committed, under a row lock if asked for. Must not know why. */
import type { RecordId, RecordRef, State } from '../../model/record.js';
import { recordId } from '../../model/record.js';
import type { ReadRecord } from '../../ports/side-store.js';
import { stateOf } from '../../sql/row-columns.js';
import type { PostgresContext } from '../context.js';
import { isConnectionLost, isContention, toIsthmusError } from '../server-error.js';
import { submit, type TextResult } from '../session.js';
import type { EntitySql } from './entity-sql.js';
import { collectStates, type ReadGroup, type ReadShape, readGroups } from './read-statements.js';

const attempts = 5;
const pauseMs = 20;

export async function readRecords(
  context: PostgresContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
  shape: ReadShape,
): Promise<ReadonlyMap<RecordId, ReadRecord>> {
  const groups = readGroups(entities, refs, shape);
  const found = new Map<RecordId, ReadRecord>(refs.map((ref) => [recordId(ref), { state: null, raw: null }]));
  for (let attempt = 1; ; attempt++) {
    try {
      const results = await run(context, groups, shape.locked);
      for (const [index, group] of groups.entries()) collect(group, results[index] as TextResult, shape.raw, found);
      return found;
    } catch (error) {
      // A deadlock with a user, a lock that is held for long, a connection that broke: reading again is harmless.
      if ((!isContention(error) && !isConnectionLost(error)) || attempt === attempts)
        throw toIsthmusError(error, 'reading from PostgreSQL');
      await context.clock.sleep(pauseMs * 2 ** attempt);
    }
  }
}

/** Without their values. */
export async function existingRecords(
  context: PostgresContext,
  entities: ReadonlyMap<string, EntitySql>,
  refs: readonly RecordRef[],
): Promise<ReadonlySet<RecordId>> {
  const found = new Set<RecordId>();
  for (const { refs: asked, statement } of readGroups(entities, refs, { locked: false, raw: false, keysOnly: true })) {
    const { rows } = await context.reads.query(statement);
    for (const row of rows) found.add(recordId(asked[Number(row[0]) - 1] as RecordRef));
  }
  return found;
}

/** All in one transaction if locked, so that the locks are let go of together and at once. */
async function run(
  context: PostgresContext,
  groups: readonly ReadGroup[],
  locked: boolean,
): Promise<readonly TextResult[]> {
  const client = await (locked ? context.locks : context.reads).client();
  const statements = groups.map((group) => group.statement);
  const all = locked ? [{ text: 'begin' }, ...statements, { text: 'rollback' }] : statements;
  const settled = await Promise.allSettled(all.map((statement) => submit(client, statement)));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const results = settled.map((each) => (each as PromiseFulfilledResult<TextResult>).value);
  return locked ? results.slice(1, -1) : results;
}

function collect(group: ReadGroup, result: TextResult, raw: boolean, found: Map<RecordId, ReadRecord>): void {
  if (!raw) {
    const states = new Map<RecordId, State>();
    collectStates(group, result, states);
    for (const [id, state] of states) found.set(id, { state, raw: null });
    return;
  }
  const names = result.fields.map((field) => field.name);
  const places = group.sql.entity.fields.map((field) => names.indexOf(field.column, 1));
  for (const row of result.rows) {
    const texts = places.map((place) => row[place] ?? null);
    const whole = Object.fromEntries(names.slice(1).map((name, index) => [name, row[index + 1] ?? null]));
    found.set(recordId(group.refs[Number(row[0]) - 1] as RecordRef), {
      state: stateOf(group.sql, texts, 0),
      raw: whole,
    });
  }
}
