/** Comparisons under load: what was planted is found, all of it and nothing else, repaired, and found no more. */
import { Long } from 'mongodb';
import { expect, test } from 'vitest';
import type { ComparisonDetail } from '../src/app/compare/comparison.js';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();

const schema = `
  create table items (id bigint primary key, name text, amount int, note text);
  create table labels (id text primary key, name text)`;

function openRig(): Promise<Rig> {
  return rigs.open({
    schema,
    // What differs is repaired by what is asked here, not left to people.
    config: { entities: [{ table: 'items' }, { table: 'labels' }], levels: { review: 1, pause: 1 } },
  });
}

/** The same on both sides, before the first start. */
async function fill(rig: Rig, records: number): Promise<void> {
  await rig.sql.query(`insert into items select i, 'name ' || i, i % 100, null from generate_series(1, ${records}) i`);
  await rig.sql.query(`insert into labels select 'L-' || i, 'label ' || i from generate_series(1, ${records}) i`);
  const portion = 10_000;
  for (let from = 1; from <= records; from += portion) {
    const numbers = Array.from({ length: Math.min(portion, records - from + 1) }, (_, i) => from + i);
    await rig.db
      .collection<{ _id: Long }>('items')
      .insertMany(numbers.map((i) => ({ _id: Long.fromNumber(i), name: `name ${i}`, amount: i % 100 })));
    await rig.db
      .collection<{ _id: string }>('labels')
      .insertMany(numbers.map((i) => ({ _id: `L-${i}`, name: `label ${i}` })));
  }
}

async function finished(sync: StartedSync, id: string, limitMs = 30_000): Promise<ComparisonDetail> {
  await waitFor(async () => ['done', 'failed'].includes((await sync.comparisons.get(id, { limit: 1 })).state), {
    what: 'the end of the comparison',
    limitMs,
  });
  return sync.comparisons.get(id, { limit: 1000 });
}

test('differences of every kind are found, said with key and fields, and repaired with a conflict on record', async () => {
  const rig = await openRig();
  await fill(rig, 5000);
  await rig.sql.query('delete from items where id = 7');
  await rig.sql.query(`update labels set name = 'other' where id = 'L-9'`);
  await rig.db.collection<{ _id: Long }>('items').deleteOne({ _id: Long.fromNumber(8) });
  await rig.db
    .collection<{ _id: Long }>('items')
    .updateOne({ _id: Long.fromNumber(9) }, { $set: { note: 'x', amount: -1 } });
  await rig.db.collection<{ _id: Long }>('items').updateOne({ _id: Long.fromNumber(10) }, { $set: { amount: 'many' } });
  await rig.db.collection<{ _id: string | number }>('labels').insertOne({ _id: 5, name: 'no text' } as never);
  const sync = await rig.start();
  const { id } = await sync.comparisons.start({ repair: 'sql', dryRun: true });
  const found = await finished(sync, id);
  expect(found).toMatchObject({
    state: 'done',
    different: 6,
    missing: { sql: 2, mongodb: 1 },
    repaired: 0,
    unsettled: 0,
    planned: { insert: 1, update: 3, delete: 2 },
  });
  expect(found.compared).toBe(10_001);
  const shown = found.differences.map(({ table, kind, fields }) => [table, kind, [...fields].sort().join()].join(' '));
  expect(shown.sort()).toEqual([
    'public.items different amount',
    'public.items different amount,note',
    'public.items missing_mongodb ',
    'public.items missing_sql ',
    'public.labels different name',
    'public.labels missing_sql ',
  ]);
  await sync.comparisons.repair(id, { use: 'sql', by: 'Ann' });
  const repaired = await finished(sync, id);
  expect(repaired).toMatchObject({ state: 'done', repaired: 6, error: null });
  expect(repaired.differences.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'repaired'));
  const conflicts = await conflictsOf(rig);
  expect(conflicts.map(({ strategy, state, resolution }) => [strategy, state, resolution].join())).toEqual(
    Array.from({ length: 6 }, () => 'repair,resolved,sql_wins'),
  );
  await expectEqual(rig, sync, [
    { table: 'items', key: ['id'] },
    { table: 'labels', key: ['id'] },
  ]);
  const again = await finished(sync, (await sync.comparisons.start({})).id);
  expect(again).toMatchObject({ state: 'done', different: 0, compared: 9999 });
});

test('what the policy decides, what is cancelled or only sampled, and one table of several', async () => {
  const rig = await openRig();
  await fill(rig, 4000);
  await rig.sql.query('delete from items where id = 7');
  await rig.db.collection<{ _id: string }>('labels').deleteOne({ _id: 'L-8' });
  await rig.db.collection<{ _id: string }>('labels').updateOne({ _id: 'L-9' }, { $set: { name: 'theirs' } });
  const sync = await rig.start();
  await sync.pause();
  const waiting = await sync.comparisons.start({ entities: ['public.items'] });
  const second = await sync.comparisons.start({ entities: ['public.items'] });
  expect(await sync.comparisons.cancel(second.id)).toMatchObject({ state: 'failed', error: { code: 'cancelled' } });
  await expect(sync.comparisons.start({ entities: ['public.item'] })).rejects.toMatchObject({ code: 'not_found' });
  // A difference cannot be told from a change on its way while nothing crosses.
  expect((await sync.comparisons.get(waiting.id, { limit: 1 })).state).not.toBe('done');
  await sync.resume();
  expect(await finished(sync, waiting.id)).toMatchObject({ state: 'done', different: 1, compared: 4000 });
  const half = await finished(sync, (await sync.comparisons.start({ sample: 0.5 })).id);
  expect(half.compared).toBeGreaterThan(3600);
  expect(half.compared).toBeLessThan(4400);
  const repaired = await finished(sync, (await sync.comparisons.start({ repair: 'policy' })).id);
  expect(repaired).toMatchObject({ state: 'done', different: 3, repaired: 3 });
  await settle(sync);
  const { rows } = await rig.sql.query(`select name from labels where id in ('L-8', 'L-9') order by id`);
  expect(rows).toEqual([{ name: 'label 8' }, { name: 'label 9' }]);
  expect((await rig.sql.query('select 1 from items where id = 7')).rowCount).toBe(1);
  expect(await rig.db.collection<{ _id: string }>('labels').findOne({ _id: 'L-8' })).toMatchObject({ name: 'label 8' });
  expect((await sync.comparisons.list(10)).map(({ state }) => state)).toEqual(['done', 'done', 'failed', 'done']);
});
