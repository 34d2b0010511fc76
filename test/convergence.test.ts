/** Both sides change one record at the same time: one value on both sides, and one record of the conflict. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import type { TablePair } from './compare-independently.js';
import { atOnce, conflictsOf, expectEqual, type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const names = ['by_time', 'by_sql', 'by_mongodb', 'updates_win', 'by_person'] as const;
const pairs: TablePair[] = names.map((table) => ({ table, key: ['id'], fields: { hidden: false } }));
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: names
      .map((name) => `create table ${name} (id int primary key, title text, n int, hidden text);`)
      .join('\n'),
    config: {
      entities: [
        { table: 'by_time', fields: { hidden: false } },
        { table: 'by_sql', fields: { hidden: false }, conflict: { strategy: 'prefer_sql' } },
        { table: 'by_mongodb', fields: { hidden: false }, conflict: { strategy: 'prefer_mongodb' } },
        { table: 'updates_win', fields: { hidden: false }, conflict: { delete: 'update_wins' } },
        { table: 'by_person', fields: { hidden: false }, conflict: { strategy: 'manual' } },
      ],
    },
  });
  sync = await rig.start();
});

/** A record that both sides hold. */
async function plant(table: (typeof names)[number], id: number): Promise<void> {
  await rig.sql.query(`insert into ${table} values ($1, 'first', 0, 'of sql')`, [id]);
  await sync.settled(10_000);
  await rig.db.collection(table).updateOne({ _id: id as never }, { $set: { extra: 'of mongodb' } });
  await sync.settled(10_000);
}

const setSql = (table: string, id: number, title: string) => () =>
  rig.sql.query(`update ${table} set title = $2 where id = $1`, [id, title]);
const setMongo = (table: string, id: number, title: string) => () =>
  rig.db.collection(table).updateOne({ _id: id as never }, { $set: { title } });
const sqlTitle = async (table: string, id: number) =>
  (await rig.sql.query<{ title: string }>(`select title from ${table} where id = $1`, [id])).rows[0]?.title ?? null;
const mongoTitle = async (table: string, id: number) =>
  ((await rig.db.collection(table).findOne({ _id: id as never }))?.['title'] as string | undefined) ?? null;

async function expectTitle(table: string, id: number, title: string | null): Promise<void> {
  expect({ sql: await sqlTitle(table, id), mongodb: await mongoTitle(table, id) }).toEqual({
    sql: title,
    mongodb: title,
  });
  await expectEqual(
    rig,
    sync,
    pairs.filter((pair) => pair.table === table),
  );
}

test('a concurrent update gives one value on both sides and one conflict, recorded with its ancestor and both whole versions', async () => {
  await plant('by_time', 1);
  await atOnce(sync, setSql('by_time', 1, 'sql'), setMongo('by_time', 1, 'mongo'));
  await expectTitle('by_time', 1, 'mongo');
  const conflicts = await conflictsOf(rig, { table: 'public.by_time' });
  expect(conflicts).toHaveLength(1);
  const [conflict] = conflicts;
  expect(conflict).toMatchObject({ kind: 'write_write', state: 'resolved', resolution: 'mongo_wins', strategy: 'lww' });
  expect(conflict?.['base']).toMatchObject({ title: 'first', n: 0 });
  expect(conflict?.['resolvedData']).toMatchObject({ title: 'mongo' });
  const shown = JSON.stringify(await sync.conflict(conflict?.conflictId ?? ''));
  // What is not mapped is in the record too: it may be all that is left of a version.
  for (const part of ['sql', 'mongo', 'of sql', 'of mongodb']) expect(shown).toContain(`"${part}"`);
  expect(await rig.db.collection('by_time').findOne({ _id: 1 as never })).toMatchObject({ extra: 'of mongodb' });
  expect((await rig.sql.query('select hidden from by_time where id = 1')).rows).toEqual([{ hidden: 'of sql' }]);
});

test('the later commit wins under lww, whichever side it is on', async () => {
  await plant('by_time', 2);
  await atOnce(sync, setMongo('by_time', 2, 'mongo'), () => laterThanMongo(), setSql('by_time', 2, 'sql'));
  await expectTitle('by_time', 2, 'sql');
});

/** MongoDB's commit times have whole milliseconds. */
async function laterThanMongo(): Promise<void> {
  const begun = Date.now();
  while (Date.now() < begun + 20) await new Promise((resolve) => setImmediate(resolve));
}

test('prefer_sql and prefer_mongodb decide for their side', async () => {
  await plant('by_sql', 1);
  await plant('by_mongodb', 1);
  await atOnce(
    sync,
    setSql('by_sql', 1, 'sql'),
    setMongo('by_sql', 1, 'mongo'),
    setMongo('by_mongodb', 1, 'mongo'),
    setSql('by_mongodb', 1, 'sql'),
  );
  await expectTitle('by_sql', 1, 'sql');
  await expectTitle('by_mongodb', 1, 'mongo');
});

test('a delete against an update: gone on both sides, whichever side deleted', async () => {
  await plant('by_time', 10);
  await plant('by_time', 11);
  await atOnce(
    sync,
    () => rig.sql.query('delete from by_time where id = 10'),
    setMongo('by_time', 10, 'kept'),
    setSql('by_time', 11, 'kept'),
    () => rig.db.collection('by_time').deleteOne({ _id: 11 as never }),
  );
  await expectTitle('by_time', 10, null);
  await expectTitle('by_time', 11, null);
  const kinds = (await conflictsOf(rig, { table: 'public.by_time', kind: 'delete_update' })).map(
    ({ strategy, resolution }) => [strategy, resolution],
  );
  expect(kinds.sort()).toEqual([
    ['delete_wins', 'mongo_wins'],
    ['delete_wins', 'sql_wins'],
  ]);
});

test('update_wins keeps the record on both sides', async () => {
  await plant('updates_win', 1);
  await plant('updates_win', 2);
  await atOnce(
    sync,
    () => rig.sql.query('delete from updates_win where id = 1'),
    setMongo('updates_win', 1, 'mongo'),
    setSql('updates_win', 2, 'sql'),
    () => rig.db.collection('updates_win').deleteOne({ _id: 2 as never }),
  );
  await expectTitle('updates_win', 1, 'mongo');
  await expectTitle('updates_win', 2, 'sql');
});

test('both insert the same key: equal records agree, different ones are an insert_insert conflict', async () => {
  await atOnce(
    sync,
    () => rig.sql.query(`insert into by_sql values (20, 'same', 1), (21, 'sql', 1)`),
    () =>
      rig.db.collection('by_sql').insertMany([
        { _id: 20 as never, title: 'same', n: 1 },
        { _id: 21 as never, title: 'mongo', n: 1 },
      ]),
  );
  await expectTitle('by_sql', 20, 'same');
  await expectTitle('by_sql', 21, 'sql');
  const found = await conflictsOf(rig, { table: 'public.by_sql', kind: 'insert_insert' });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ resolution: 'sql_wins', base: null });
});

test('the same write on both sides is an agreement, no conflict', async () => {
  await plant('by_time', 30);
  const before = (await conflictsOf(rig)).length;
  await atOnce(sync, setSql('by_time', 30, 'same'), setMongo('by_time', 30, 'same'));
  await expectTitle('by_time', 30, 'same');
  expect(await conflictsOf(rig)).toHaveLength(before);
  expect(
    await rig.mongo.db('sync_metadata').collection('settlements').countDocuments({ name: rig.name }),
  ).toBeGreaterThan(0);
});

test('both delete the same record: agreed, and gone', async () => {
  await plant('by_time', 31);
  const before = (await conflictsOf(rig)).length;
  await atOnce(
    sync,
    () => rig.sql.query('delete from by_time where id = 31'),
    () => rig.db.collection('by_time').deleteOne({ _id: 31 as never }),
  );
  await expectTitle('by_time', 31, null);
  expect(await conflictsOf(rig)).toHaveLength(before);
});

test('manual: the conflict waits, others go on, and it closes by itself when the sides agree', async () => {
  await plant('by_person', 1);
  await plant('by_person', 2);
  await atOnce(sync, setSql('by_person', 1, 'sql'), setMongo('by_person', 1, 'mongo'));
  expect(sync.status().conflicts.pending).toBe(1);
  expect({ sql: await sqlTitle('by_person', 1), mongodb: await mongoTitle('by_person', 1) }).toEqual({
    sql: 'sql',
    mongodb: 'mongo',
  });
  await setSql('by_person', 2, 'crosses')();
  await sync.settled(10_000);
  expect(await mongoTitle('by_person', 2)).toBe('crosses');
  await setMongo('by_person', 1, 'sql')();
  await sync.settled(10_000);
  expect(sync.status().conflicts.pending).toBe(0);
  const [closed] = await conflictsOf(rig, { table: 'public.by_person' });
  expect(closed).toMatchObject({ state: 'resolved' });
  await expectTitle('by_person', 1, 'sql');
});

test('a conflict of a hundred records is a hundred conflicts, each once', async () => {
  await rig.sql.query(`insert into by_mongodb select n, 'first', 0 from generate_series(1000, 1099) n`);
  await sync.settled(10_000);
  await atOnce(
    sync,
    () => rig.sql.query(`update by_mongodb set title = 'sql' where id >= 1000`),
    () => rig.db.collection('by_mongodb').updateMany({ _id: { $gte: 1000 } as never }, { $set: { title: 'mongo' } }),
  );
  await expectTitle('by_mongodb', 1050, 'mongo');
  const found = await conflictsOf(rig, {
    table: 'public.by_mongodb',
    key: { $exists: true },
    created_at: { $exists: true },
  });
  const keys = found.map(({ key }) => JSON.stringify(key)).filter((key) => /10\d\d/.test(key));
  expect(keys).toHaveLength(100);
  expect(new Set(keys).size).toBe(100);
});
