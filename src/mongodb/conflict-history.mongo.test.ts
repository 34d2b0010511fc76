import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { Settlement } from '../model/conflict.js';
import { conflict, describeRecord, expireAll, now, total } from '../testing/contract/record-contract.js';
import { ref } from '../testing/mongodb/entities.js';
import { newLane, openTestSide, type TestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();
async function store(side: TestSide, settlements: readonly Settlement[]): Promise<void> {
  const lane = await newLane(side, (await side.store.epoch()) + 1);
  await lane.commit([], () => ({ writes: [], hold: [], drop: [], settlements }));
}

describeRecord('MongoDB', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  return { name, conflicts, store: (settlements) => store(side, settlements), close: () => Promise.resolve() };
});

test('records come back in the engine’s own form, newest first, by table, key and time', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  const all = [3, 2, 1, 0].map((n) => conflict(`${name}-${n}`, now + n, n === 1 ? ref('2') : {}));
  await store(side, all);
  const bare = all.map((one) => ({ ...one, sql: { ...one.sql, raw: null } }));
  const first = await conflicts.records({ limit: 3 });
  expect(first.conflicts).toEqual(bare.slice(0, 3));
  const rest = await conflicts.records({ limit: 3, cursor: first.cursor as string });
  expect(rest).toEqual({ conflicts: bare.slice(3), cursor: null });
  expect((await conflicts.records({ limit: 9, table: 'public.users', key: '2' })).conflicts).toEqual([bare[2]]);
  expect((await conflicts.records({ limit: 9, table: 'public.others' })).conflicts).toEqual([]);
  expect((await conflicts.records({ limit: 9, since: now + 2 })).conflicts).toEqual(bare.slice(0, 2));
});

test('two processes that remove at once, while it is counted, count each conflict once', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  await store(
    side,
    Array.from({ length: 300 }, (_, n) => conflict(`${name}-${n}`, now - n)),
  );
  let removing = true;
  const seen = new Set<number>();
  const count = async (): Promise<void> => {
    while (removing) seen.add(total(await conflicts.counts(0)));
  };
  const counting = count();
  const removed = await Promise.all([expireAll(conflicts, now + 1000, 20), expireAll(conflicts, now + 1000, 20)]);
  removing = false;
  await counting;
  expect(removed[0] + removed[1]).toBe(300);
  expect([...seen]).toEqual([300]);
  expect(total(await conflicts.counts(0))).toBe(300);
});

test('counting and listing read indexes that are made for them', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name } = side;
  await store(
    side,
    Array.from({ length: 50 }, (_, n) => conflict(`${name}-${n}`, now + n)),
  );
  const collection = side.client.db('sync_metadata').collection('conflicts');
  const group = {
    $group: { _id: '$kind', n: { $sum: { $subtract: ['$resolvedAt', '$created_at'] } }, s: { $max: '$state' } },
  };
  const counting = await collection.aggregate([{ $match: { name } }, group]).explain();
  const stages = (counting as { stages: { $cursor?: Document }[] }).stages;
  const winner = JSON.stringify(stages[0]?.$cursor?.['queryPlanner'].winningPlan);
  expect([winner.includes('PROJECTION_COVERED'), winner.includes('FETCH')]).toEqual([true, false]);
  const newest = { created_at: -1, _id: -1 } as const;
  const filters = [
    {},
    { state: 'pending' },
    { table: 'public.users' },
    { kind: 'structural' },
    { table: 'public.users', 'internal.key': '1' },
  ];
  for (const filter of filters) {
    const plan = await collection
      .find({ name, ...filter })
      .sort(newest)
      .explain();
    expect([filter, JSON.stringify(plan['queryPlanner']['winningPlan']).includes('"SORT"')]).toEqual([filter, false]);
  }
  const ended = { name, state: { $in: ['resolved', 'superseded'] }, resolvedAt: { $lt: new Date(now) } };
  const plan = await collection.find(ended).sort({ resolvedAt: 1, _id: 1 }).explain();
  expect(JSON.stringify(plan['queryPlanner']['winningPlan'])).not.toContain('"SORT"');
});
