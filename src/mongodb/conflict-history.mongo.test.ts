import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import type { Agreement, ConflictRecord, Settlement } from '../model/conflict.js';
import type { ConflictCounts } from '../ports/conflict-store.js';
import { ref, user } from '../testing/mongodb/entities.js';
import { newLane, openTestSide, type TestSide } from '../testing/mongodb/test-side.js';
import { Random } from '../testing/random.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();
const hour = 3_600_000;
const now = Date.UTC(2026, 0, 10, 12, 30);

function conflict(id: string, createdAt: number, rest: Partial<ConflictRecord> = {}): ConflictRecord {
  return {
    type: 'conflict',
    id,
    ...ref('1'),
    kind: 'write_write',
    base: user('b'),
    sql: { state: user('s', '1'), raw: { id: '1' }, time: 5, version: null },
    mongodb: { state: user('m'), raw: null, time: 6, version: null },
    resolution: 'sql_wins',
    decision: user('s', '1'),
    strategy: 'lww',
    fields: {},
    reason: null,
    state: 'resolved',
    createdAt,
    resolvedAt: createdAt + 100,
    resolvedBy: 'policy',
    ...rest,
  };
}

const waiting = {
  resolution: 'pending',
  strategy: 'manual',
  state: 'pending',
  resolvedAt: null,
  resolvedBy: null,
} as const;

async function store(side: TestSide, settlements: readonly Settlement[]): Promise<void> {
  const lane = await newLane(side, (await side.store.epoch()) + 1);
  await lane.commit([], () => ({ writes: [], hold: [], drop: [], settlements }));
}

async function expireAll(side: TestSide, conflictsBefore: number, limit = 500): Promise<number> {
  let all = 0;
  for (;;) {
    const removed = await side.conflicts.expire({ conflictsBefore, agreementsBefore: 0, limit, now });
    if (removed === 0) return all;
    all += removed;
  }
}

const total = ({ groups }: ConflictCounts): number => groups.reduce((sum, group) => sum + group.total, 0);

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

test('conflicts are counted in groups, with what they took and who decided', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  await store(side, [
    conflict(`${name}-1`, now - 30 * hour),
    conflict(`${name}-2`, now, { resolvedAt: now + 300 }),
    conflict(`${name}-3`, now, { state: 'propagating', resolvedAt: null }),
    conflict(`${name}-4`, now, { state: 'superseded', resolvedAt: now + 9 }),
    conflict(`${name}-5`, now, waiting),
    conflict(`${name}-6`, now, { ...waiting, state: 'resolved', resolvedAt: now + 5000, resolvedBy: 'Ada' }),
    conflict(`${name}-7`, now, { ...waiting, state: 'resolved', resolvedAt: now + 1000, resolvedBy: 'agreement' }),
  ]);
  const group = { table: 'public.users', kind: 'write_write' };
  expect(await conflicts.counts(now - 24 * hour)).toEqual({
    groups: [
      { ...group, strategy: 'lww', total: 4, pending: 0, automatic: 4, resolved: 2, resolutionMs: 400 },
      { ...group, strategy: 'manual', total: 3, pending: 1, automatic: 1, resolved: 2, resolutionMs: 6000 },
    ],
    recent: 6,
  });
});

test('what retention removes goes on being counted; pending and propagating ones stay', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  const random = new Random(7);
  const states = [
    {},
    waiting,
    { state: 'propagating', resolvedAt: null },
    { state: 'superseded' },
    { strategy: 'merge' },
  ];
  await store(
    side,
    Array.from({ length: 60 }, (_, n) =>
      conflict(`${name}-${n}`, now - random.int(48) * hour, states[n % 5] as Partial<ConflictRecord>),
    ),
  );
  const before = await conflicts.counts(now - 24 * hour);
  expect(total(before)).toBe(60);
  expect(await conflicts.expire({ conflictsBefore: now + 1, agreementsBefore: 0, limit: 7, now })).toBe(7);
  const partly = await conflicts.counts(now - 24 * hour);
  expect(partly.groups).toEqual(before.groups);
  expect(await expireAll(side, now + 1, 10)).toBe(29);
  const after = await conflicts.counts(now - 24 * hour);
  expect(after.groups).toEqual(before.groups);
  // To the hour: those of the hour in which the 24 hours begin count as a whole.
  expect(after.recent).toBeGreaterThanOrEqual(before.recent);
  expect(after.recent - before.recent).toBeLessThanOrEqual(2);
  const left = await side.client.db('sync_metadata').collection('conflicts').distinct('state', { name });
  expect(left.sort()).toEqual(['pending', 'propagating']);
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
  const removed = await Promise.all([expireAll(side, now + 1, 20), expireAll(side, now + 1, 20)]);
  removing = false;
  await counting;
  expect(removed[0] + removed[1]).toBe(300);
  expect([...seen]).toEqual([300]);
  expect(total(await conflicts.counts(0))).toBe(300);
});

test('only finished ones beyond the newest so many are too many', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  await store(
    side,
    Array.from({ length: 9 }, (_, n) => conflict(`${name}-${n}`, now + n, n > 6 ? waiting : {})),
  );
  expect(await conflicts.timeBeyond(7)).toBeNull();
  expect(await conflicts.timeBeyond(3)).toBe(now + 3);
  expect(await conflicts.timeBeyond(0)).toBe(now + 6);
});

test('finished agreements go, open ones stay', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name, conflicts } = side;
  const agreements = [0, 1, 2].map(
    (n): Agreement => ({
      type: 'agreement',
      id: `${name}-${n}`,
      ...ref(`${n}`),
      base: null,
      decision: user('x'),
      createdAt: now + n,
    }),
  );
  await store(side, agreements);
  await conflicts.finish([`${name}-0`, `${name}-2`], { state: 'resolved', at: now });
  expect(await conflicts.expire({ conflictsBefore: 0, agreementsBefore: now + 2, limit: 9, now })).toBe(1);
  expect((await conflicts.openWork()).propagating.map(({ id }) => id)).toEqual([`${name}-1`]);
  expect(await side.client.db('sync_metadata').collection('settlements').countDocuments({ name })).toBe(2);
});

test('counting and listing read indexes that are made for them', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { name } = side;
  await store(
    side,
    Array.from({ length: 50 }, (_, n) => conflict(`${name}-${n}`, now + n)),
  );
  // Another test's teardown may have dropped the collection while it was empty.
  await side.prepare({ dryRun: false, onStatement: () => {} });
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
});
