/** The first load: from either side, while both take writes, over a kill in the middle, into records that are there already. */
import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import type { TablePair } from './compare-independently.js';
import { laggingProxy } from './lagging-proxy.js';
import { conflictsOf, expectEqual, type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const rows = 8000;
const items: TablePair = { table: 'items', key: ['id'] };
const schema = 'create table items (id int primary key, title text, n int)';

async function openRig(initial: Side | 'none', more: object = {}): Promise<Rig> {
  return rigs.open({
    schema,
    config: { initial, entities: [{ table: 'items', conflict: { strategy: 'prefer_sql' } }], ...more },
  });
}

const fillSql = (rig: Rig) =>
  rig.sql.query(`insert into items select n, 'item ' || n, 0 from generate_series(1, ${rows}) n`);

async function fillMongo(rig: Rig): Promise<void> {
  await rig.db
    .collection('items')
    .insertMany(Array.from({ length: rows }, (_, n) => ({ _id: (n + 1) as never, title: `item ${n + 1}`, n: 0 })));
}

/** Users of both sides go on while it loads; each has records of its own (odd and even), and makes and removes some. */
function write(rig: Rig): { stop(): Promise<void> } {
  let stopped = false;
  const collection = rig.db.collection('items');
  const sql = async (): Promise<void> => {
    for (let at = 0; !stopped; at++) {
      const id = 2 * (1 + ((at * 7919) % (rows / 2)));
      await rig.sql.query('update items set n = n + 1 where id = $1', [id]);
      if (at % 10 === 0) await rig.sql.query(`insert into items values ($1, 'new', 1)`, [1_000_000 + 2 * at]);
      if (at % 25 === 0) await rig.sql.query('delete from items where id = $1', [id]);
    }
  };
  const mongodb = async (): Promise<void> => {
    for (let at = 0; !stopped; at++) {
      const id = 2 * ((at * 7919) % (rows / 2)) + 1;
      await collection.updateOne({ _id: id as never }, { $inc: { n: 1 } });
      if (at % 10 === 0) await collection.insertOne({ _id: (1_000_001 + 2 * at) as never, title: 'new', n: 1 });
      if (at % 25 === 0) await collection.deleteOne({ _id: id as never });
    }
  };
  const running = Promise.all([sql(), mongodb()]);
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

test.each(['sql', 'mongodb'] as const)('from %s, while both sides take writes', async (from) => {
  const rig = await openRig(from);
  await (from === 'sql' ? fillSql(rig) : fillMongo(rig));
  const sync = await rig.start();
  // Only now: what the other side alone had before the load is left alone.
  const writers = write(rig);
  await waitFor(() => sync.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs: 60_000 });
  await writers.stop();
  await expectEqual(rig, sync, [items]);
  expect(await conflictsOf(rig)).toEqual([]);
  const { load } = sync.status().entities[0] as { load: { rows: number; total: number } };
  expect(load.rows).toBeGreaterThan(rows * 0.9);
});

test.each(['sql', 'mongodb'] as const)(
  'from %s: killed in the middle, it goes on at the chunk where it was',
  async (from) => {
    const rig = await openRig(from, { apply: { batch: 200 } });
    await (from === 'sql' ? fillSql(rig) : fillMongo(rig));
    const child = await startChild(rig, { fault: 'load.chunk-handled:20' });
    const writers = write(rig);
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
    let chunks = 0;
    const sync = await rig.start({
      faults: {
        reach(point) {
          if (point === 'load.chunk-read') chunks += 1;
        },
      },
    });
    await waitFor(() => sync.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs: 60_000 });
    await writers.stop();
    // Forty chunks in all and some for new rows; twenty were handled before.
    expect(chunks).toBeLessThan(30);
    await expectEqual(rig, sync, [items]);
    expect(await conflictsOf(rig)).toEqual([]);
  },
);

test('records that both sides have: equal ones are left alone, different ones are insert_insert conflicts', async () => {
  const rig = await openRig('sql');
  await rig.sql.query(`insert into items select n, 'item ' || n, 0 from generate_series(1, 100) n`);
  const documents: Document[] = Array.from({ length: 100 }, (_, n) => ({
    _id: n + 1,
    title: n < 50 ? `item ${n + 1}` : 'another',
    n: 0,
    extra: n,
  }));
  await rig.db.collection('items').insertMany(documents);
  const sync = await rig.start();
  await expectEqual(rig, sync, [items]);
  const conflicts = await conflictsOf(rig);
  expect(new Set(conflicts.map(({ kind, resolution }) => `${kind} ${resolution}`))).toEqual(
    new Set(['insert_insert sql_wins']),
  );
  expect(conflicts).toHaveLength(50);
  expect(await rig.db.collection('items').findOne({ _id: 51 as never })).toMatchObject({ title: 'item 51', extra: 50 });
  expect(sync.status().links.sql_to_mongodb.applied).toBe(50);
});

test('a restart after the load does not load again', async () => {
  const rig = await openRig('sql');
  await rig.sql.query(`insert into items values (1, 'one', 1)`);
  const first = await rig.start();
  await expectEqual(rig, first, [items]);
  await first.stop();
  await rig.db.collection('items').deleteOne({ _id: 1 as never });
  const second = await rig.start();
  await expectEqual(rig, second, [items]);
  expect((await rig.sql.query('select 1 from items')).rowCount).toBe(0);
});

test('a deletion that is still to cross is not undone by a load from the other side', async () => {
  const rig = await rigs.open({
    schema: `create table items (id int primary key, v text); insert into items select i, 'v' || i from generate_series(1, 3) as i`,
    // One record at a time, so that what the last one waits for keeps back the deletion of the first one and not its load.
    config: { entities: [{ table: 'items' }], initial: 'sql', apply: { batch: 1, lanes: 1 } },
  });
  const pair = { table: 'items', key: ['id'] };
  const items = rig.db.collection<{ _id: number; v: string }>('items');
  const sync = await rig.start({ engine: { heartbeatMs: 100 } });
  await expectEqual(rig, sync, [pair]);

  const user = rig.mongo.startSession();
  user.startTransaction();
  await items.updateOne({ _id: 3 }, { $set: { v: 'in the way' } }, { session: user });
  await rig.sql.query(`update items set v = 'must wait' where id = 3`);
  await waitFor(() => sync.status().links.sql_to_mongodb.pending > 0, { what: 'the update to wait for the user' });
  await rig.sql.query('delete from items where id = 1');
  await sync.load('public.items', 'mongodb');
  // Its link goes on reading marks, the load's among them.
  const read = new Set<unknown>();
  const isBack = async () => (await rig.sql.query('select from items where id = 1')).rows.length > 0;
  const goesOn = () => read.add(sync.status().links.mongodb_to_sql.position).size > 5;
  await waitFor(async () => goesOn() || (await isBack()), { what: 'marks to be read' });
  await user.abortTransaction();
  await user.endSession();

  await expectEqual(rig, sync, [pair]);
  expect(await items.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 2, v: 'v2' },
    { _id: 3, v: 'must wait' },
  ]);
  expect(await conflictsOf(rig)).toEqual([]);
});

test('a load that is asked for while a server is away is refused, not forgotten', async () => {
  const rig = await openRig('sql');
  await rig.sql.query(`insert into items values (1, 'one', 1)`);
  const proxy = await laggingProxy(rig.sqlUrl);
  rig.atEnd(() => proxy.close());
  const sync = await rig.start({}, { sql: { url: proxy.url } });
  await expectEqual(rig, sync, [items]);
  const began = (): unknown => sync.status().entities[0]?.load.state;
  proxy.cut();
  await waitFor(() => sync.status().state === 'starting', { what: 'the loss to be noticed' });
  await expect(sync.load('public.items', 'sql')).rejects.toMatchObject({ code: 'not_running' });
  proxy.mend();
  await waitFor(
    () =>
      sync.load('public.items', 'sql').then(
        () => true,
        () => false,
      ),
    {
      what: 'a load to be accepted again',
      limitMs: 30_000,
    },
  );
  await waitFor(() => began() === 'done', { what: 'the load', limitMs: 30_000 });
  await expectEqual(rig, sync, [items]);
});

test('who begins after a stop does not read the writes of the load once more', async () => {
  const rig = await openRig('sql');
  await fillSql(rig);
  const first = await rig.start();
  await expectEqual(rig, first, [items]);
  await first.stop();
  const second = await rig.start();
  await expectEqual(rig, second, [items]);
  expect(second.status().links.mongodb_to_sql.echoes).toBeLessThan(rows / 10);
});
