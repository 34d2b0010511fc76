import { expect, test } from 'vitest';
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import { ref, user } from '../testing/mongodb/entities.js';
import { newLane, openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();

function conflict(id: string, createdAt: number, rest: Partial<ConflictRecord> = {}): ConflictRecord {
  return {
    type: 'conflict',
    id,
    ...ref('1'),
    kind: 'write_write',
    base: user('b'),
    sql: { state: user('s', '1'), raw: { id: '1' }, version: null, time: 5 },
    mongodb: { state: null, raw: null, version: null, time: null },
    resolution: 'pending',
    decision: null,
    strategy: 'manual',
    fields: {},
    reason: 'asks for a person',
    state: 'pending',
    createdAt,
    resolvedAt: null,
    resolvedBy: null,
    ...rest,
  };
}

test('pending conflicts are one document each, come back as they were, and close', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { conflicts, name } = side;
  const first = conflict(`${name}-1`, 1000, { fields: { name: 'lww', ['__proto__']: 'x' } });
  await conflicts.savePending([first, conflict(`${name}-2`, 2000)]);
  await conflicts.savePending([{ ...first, reason: 'changed' }]);
  const open = [{ ...first, reason: 'changed' }, conflict(`${name}-2`, 2000)];
  const bare = open.map((one) => ({ ...one, sql: { ...one.sql, raw: null } }));
  expect((await conflicts.openWork()).pending).toEqual(bare);
  expect(await side.store.settled([first.id])).toEqual(new Set());
  await conflicts.finish([first.id], { state: 'resolved', at: 4000 });
  expect((await conflicts.openWork()).pending).toHaveLength(2);
  const lane = await newLane(side);
  await lane.commit([], () => ({
    writes: [],
    hold: [],
    drop: [],
    settlements: [],
    close: { ids: [first.id, 'gone'], at: 5000, by: 'agreement' },
  }));
  expect((await conflicts.openWork()).pending).toHaveLength(1);
  expect(await conflicts.get(first.id)).toMatchObject({
    conflictId: first.id,
    state: 'resolved',
    resolvedBy: 'agreement',
    resolvedAt: '1970-01-01T00:00:05.000Z',
  });
  expect(await conflicts.get('nowhere')).toBeNull();
});

test('a shown conflict has the stored form, as JSON', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  await side.conflicts.savePending([conflict(`${side.name}-1`, 1000)]);
  const shown = await side.conflicts.get(`${side.name}-1`);
  expect(JSON.parse(JSON.stringify(shown))).toMatchObject({
    name: side.name,
    table: 'public.users',
    collection: 'users',
    key: 1,
    kind: 'write_write',
    base: { _id: 1, name: 'b' },
    sqlEvent: {
      source: 'sql',
      operation: 'update',
      table: 'public.users',
      key: 1,
      before: { name: 'b' },
      after: { name: 's', age: 1 },
      timestamp: '1970-01-01T00:00:00.005Z',
    },
    mongoEvent: { source: 'mongodb', operation: 'delete', after: null, timestamp: null },
    resolution: 'pending',
    resolvedData: null,
    state: 'pending',
    created_at: '1970-01-01T00:00:01.000Z',
  });
  expect(shown).not.toHaveProperty('internal');
});

test('pages run from the newest to the oldest, filtered, without gaps where times are equal', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { conflicts, name } = side;
  const all = Array.from({ length: 7 }, (_, i) =>
    conflict(`${name}-${i}`, 1000 + Math.floor(i / 3), { kind: i % 2 === 0 ? 'write_write' : 'delete_update' }),
  );
  await conflicts.savePending(all);
  const seen: unknown[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await conflicts.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.conflicts.map(({ conflictId }) => conflictId));
    cursor = page.cursor;
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `${name}-${i}`));
  expect(
    (await conflicts.list({ limit: 10, kind: 'delete_update', state: 'pending', table: 'public.users' })).conflicts,
  ).toHaveLength(3);
  expect((await conflicts.list({ limit: 10, state: 'resolved' })).conflicts).toHaveLength(0);
  await expect(conflicts.list({ limit: 10, cursor: '{"$gt":1}' })).rejects.toMatchObject({ code: 'request_invalid' });
});

test('dead letters, loads and stops come back and go', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const { conflicts, name } = side;
  const letter: DeadLetter = {
    id: `${name}-d`,
    ...ref('9'),
    link: 'sql_to_mongodb',
    base: null,
    tip: user('x'),
    code: 'too_large',
    reason: 'r',
    attempts: 3,
    firstAt: 1,
    lastAt: 2,
  };
  const load = {
    entity: 'public.users',
    from: 'sql' as const,
    id: 'l1',
    columns: ['name'],
    state: 'open' as const,
    rows: 5,
    total: 10,
    startedAt: 1,
    finishedAt: null,
    epoch: 3,
  };
  const stop = { entity: 'public.users', side: 'mongodb' as const, reason: 'dropped', at: 7 };
  await conflicts.saveDeadLetters([letter]);
  await conflicts.saveLoad(load);
  await conflicts.saveLoad({ ...load, rows: 6 });
  await conflicts.saveStop(stop);
  await conflicts.saveMapping({ entity: 'public.users', columns: ['name', 'age'] });
  expect(await conflicts.openWork()).toEqual({
    propagating: [],
    pending: [],
    discards: [],
    deadLetters: [letter],
    loads: [{ ...load, rows: 6 }],
    stops: [stop],
    mappings: [{ entity: 'public.users', columns: ['name', 'age'] }],
  });
  // Another load that a predecessor began before it slept, and what it says of this one.
  await conflicts.saveLoad({ ...load, id: 'l0', epoch: 2 });
  await conflicts.saveLoad({ ...load, state: 'done', epoch: 2 });
  expect((await conflicts.openWork()).loads).toEqual([{ ...load, rows: 6 }]);
  // Not even by a process that slept meanwhile.
  await conflicts.saveLoad({ ...load, state: 'done' });
  await conflicts.saveLoad({ ...load, state: 'open' });
  expect((await conflicts.openWork()).loads).toEqual([{ ...load, state: 'done' }]);
  await conflicts.removeDeadLetters([letter]);
  await conflicts.removeStop('public.users');
  expect(await conflicts.openWork()).toMatchObject({ deadLetters: [], stops: [] });
});
