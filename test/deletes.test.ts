/** One side deletes what the other changes: each delete policy, whoever was first, and a delete that is seen late. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type LaggingProxy, laggingProxy } from './lagging-proxy.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const policies = ['delete_wins', 'update_wins', 'lww', 'manual'] as const;
type Policy = (typeof policies)[number];
let rig: Rig;
let proxy: LaggingProxy;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: policies.map((one) => `create table ${one} (id int primary key, title text);`).join('\n'),
    config: { entities: policies.map((one) => ({ table: one, conflict: { strategy: 'merge', delete: one } })) },
  });
  proxy = await laggingProxy(rig.sqlUrl);
  rig.atEnd(() => proxy.close());
  sync = await rig.start({}, { sql: { url: proxy.url } });
  await plant(1, 2, 3, 4);
  await atOnce(
    sync,
    both(removeSql(1), editSql(4)),
    both(editMongo(1), editMongo(2), removeMongo(3), removeMongo(4)),
    both(removeSql(2), editSql(3)),
  );
});

/** In every table. */
async function plant(...ids: readonly number[]): Promise<void> {
  for (const table of policies) await rig.sql.query(`insert into ${table} select unnest($1::int[]), 'first'`, [ids]);
  await settle(sync);
}

async function inSql(statement: (table: string) => string): Promise<void> {
  for (const table of policies) await rig.sql.query(statement(table));
}

const removeSql = (id: number) => () => inSql((table) => `delete from ${table} where id = ${id}`);
const editSql = (id: number) => () => inSql((table) => `update ${table} set title = 'edited' where id = ${id}`);
const removeMongo = (id: number) => async () => {
  for (const table of policies) await rig.db.collection(table).deleteOne({ _id: id as never });
};
const editMongo = (id: number) => async () => {
  for (const table of policies)
    await rig.db.collection(table).updateOne({ _id: id as never }, { $set: { title: 'edited' } });
};
const both =
  (...works: readonly (() => Promise<void>)[]) =>
  async () => {
    for (const work of works) await work();
  };

async function titles(table: Policy, id: number): Promise<{ sql: string | null; mongodb: string | null }> {
  const { rows } = await rig.sql.query<{ title: string }>(`select title from ${table} where id = $1`, [id]);
  const document = await rig.db.collection<{ title: string }>(table).findOne({ _id: id as never });
  return { sql: rows[0]?.title ?? null, mongodb: document?.title ?? null };
}

interface Collision {
  readonly id: number;
  readonly deleted: 'sql' | 'mongodb';
  readonly later: 'delete' | 'update';
}

/** Under one policy: what stands, and what the record says. */
async function expectOutcome(policy: Policy, { id, deleted, later }: Collision): Promise<void> {
  const wins = policy === 'delete_wins' || (policy === 'lww' && later === 'delete') ? 'delete' : 'update';
  const [conflict, ...more] = await conflictsOf(rig, { table: `public.${policy}`, key: id });
  expect(more).toEqual([]);
  expect(conflict).toMatchObject({ kind: 'delete_update', strategy: policy, fields: {}, base: { title: 'first' } });
  if (policy === 'manual') {
    expect(conflict?.state).toBe('pending');
    expect(await titles(policy, id)).toEqual(
      deleted === 'sql' ? { sql: null, mongodb: 'edited' } : { sql: 'edited', mongodb: null },
    );
    const use = deleted === 'sql' ? 'mongodb' : 'sql';
    await sync.decide(conflict?.conflictId ?? '', { use, seen: conflict?.['seen'] as string, by: 'me' });
  } else {
    const winner = (wins === 'delete') === (deleted === 'sql') ? 'sql_wins' : 'mongo_wins';
    expect(conflict).toMatchObject({ state: 'resolved', resolution: winner, resolvedBy: 'policy' });
  }
  const title = wins === 'delete' ? null : 'edited';
  expect(await titles(policy, id)).toEqual({ sql: title, mongodb: title });
}

const pairs = policies.map((table) => ({ table, key: ['id'] }));
const collisions: readonly Collision[] = [
  { id: 1, deleted: 'sql', later: 'update' },
  { id: 2, deleted: 'sql', later: 'delete' },
  { id: 3, deleted: 'mongodb', later: 'update' },
  { id: 4, deleted: 'mongodb', later: 'delete' },
];

test.each(policies)('%s', async (policy) => {
  for (const collision of collisions) await expectOutcome(policy, collision);
});

test('a delete that is seen long after the other side’s update was made is decided like any other', async () => {
  await plant(10);
  proxy.hold();
  await removeSql(10)();
  const deleted = performance.now();
  await waitFor(() => performance.now() - deleted > 500, { what: 'time to pass' });
  await editMongo(10)();
  // The update has been read and waits; what it meets in SQL is no longer the record that it was made from.
  await waitFor(() => sync.status().links.mongodb_to_sql.held >= policies.length, { what: 'the updates to be read' });
  expect(await conflictsOf(rig, { key: 10 })).toEqual([]);
  for (const policy of policies) expect(await titles(policy, 10)).toEqual({ sql: null, mongodb: 'edited' });
  proxy.release();
  await settle(sync);
  for (const policy of policies) await expectOutcome(policy, { id: 10, deleted: 'sql', later: 'update' });
  await expectEqual(rig, sync, pairs);
});

test('a delete that is seen late does not undo the record that was made again since', async () => {
  await plant(11);
  proxy.hold();
  await inSql((table) => `delete from ${table} where id = 11`);
  await editMongo(11)();
  await waitFor(() => sync.status().links.mongodb_to_sql.held >= policies.length, { what: 'the updates to be read' });
  await inSql((table) => `insert into ${table} values (11, 'again')`);
  proxy.release();
  await settle(sync);
  for (const policy of policies) {
    // At the tips both records are there: two changes of one record, which `merge` decides.
    expect(await conflictsOf(rig, { table: `public.${policy}`, key: 11 })).toMatchObject([
      { kind: 'write_write', strategy: 'merge', fields: { title: 'prefer_sql' }, state: 'resolved' },
    ]);
    expect(await titles(policy, 11)).toEqual({ sql: 'again', mongodb: 'again' });
  }
  await expectEqual(rig, sync, pairs);
});
