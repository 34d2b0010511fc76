/** Conflicts whose record would be larger than a document may be: what is for people is left out first, and what cannot be stored waits. */
import { beforeAll, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: 'create table papers (id int primary key, body text);',
    config: { entities: [{ table: 'papers', conflict: { strategy: 'prefer_sql' } }] },
  });
  sync = await rig.start();
});

/** A record stands about a dozen times in a whole conflict: as ancestor, before and after, decision, raw, and in canonical form. */
async function collide(id: number, megabytes: number): Promise<void> {
  const body = (letter: string): string => letter.repeat(megabytes * 1_000_000);
  await rig.sql.query('insert into papers values ($1, $2)', [id, body('a')]);
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query('update papers set body = $2 where id = $1', [id, body('s')]),
    () => rig.db.collection('papers').updateOne({ _id: id as never }, { $set: { body: body('m') } }),
  );
}

test.each([
  [
    'the raw row and document',
    1,
    1.4,
    { resolvedData: { _id: 1 }, sqlEvent: { raw: null }, mongoEvent: { raw: null } },
  ],
  ['all that is for people', 2, 3, { base: null, resolvedData: null, sqlEvent: null, mongoEvent: null }],
])('decided, without %s in the record', async (_, id, megabytes, left) => {
  await collide(id, megabytes);
  const found = await conflictsOf(rig, { key: id });
  expect(found).toHaveLength(1);
  const { internal, ...shown } = found[0] as { internal?: unknown } & Record<string, unknown>;
  expect(internal).toBeDefined();
  expect(shown).toMatchObject({ state: 'resolved', resolution: 'sql_wins', strategy: 'prefer_sql', ...left });
  await expectEqual(rig, sync, [{ table: 'papers', key: ['id'] }]);
});

test('many that are large are decided in several transactions: one for all is more than a server’s cache holds', async () => {
  const [first, last] = [10, 79];
  await rig.sql.query(`insert into papers select i, repeat('a', 200000) from generate_series($1::int, $2::int) i`, [
    first,
    last,
  ]);
  await settle(sync, 60_000);
  const filter = { _id: { $gte: first, $lte: last } as never };
  await sync.pause();
  await rig.sql.query(`update papers set body = repeat('s', 200000) where id between $1 and $2`, [first, last]);
  await rig.db.collection('papers').updateMany(filter, { $set: { body: 'm'.repeat(200_000) } });
  await sync.resume();
  await settle(sync, 60_000);
  expect(await rig.db.collection('papers').countDocuments({ ...filter, body: /^s/ })).toBe(last - first + 1);
  await expectEqual(rig, sync, [{ table: 'papers', key: ['id'] }]);
}, 150_000);

test('one that cannot be stored is not decided: it waits, listed, until it is smaller, and others go on', async () => {
  await collide(3, 5);
  await waitFor(() => sync.status().deadLetters + sync.status().conflicts.pending === 1, {
    what: 'the record to be listed',
    limitMs: 30_000,
  });
  expect((await rig.sql.query('select left(body, 1) as begins from papers where id = 3')).rows).toEqual([
    { begins: 's' },
  ]);
  await rig.sql.query(`insert into papers values (4, 'small')`);
  await waitFor(() => rig.db.collection('papers').findOne({ _id: 4 as never }), { what: 'another record to cross' });
  await rig.db.collection('papers').updateOne({ _id: 3 as never }, { $set: { body: 'small' } });
  await rig.sql.query(`update papers set body = 'small' where id = 3`);
  await waitFor(() => sync.status().deadLetters + sync.status().conflicts.pending === 0, {
    what: 'it to close',
    limitMs: 40_000,
  });
  await expectEqual(rig, sync, [{ table: 'papers', key: ['id'] }]);
});
