/** Retention on a real MongoDB: what goes, what stays, and a stop in the middle. */
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { ConflictRecord } from '../../model/conflict.js';
import { ref, user } from '../../testing/mongodb/entities.js';
import { newLane, openTestSide, type TestSide } from '../../testing/mongodb/test-side.js';
import { testMongo } from '../../testing/servers/fixtures/test-mongo.js';
import { waitFor } from '../../testing/wait-for.js';
import { Retention } from './retention.js';

const mongo = testMongo();
const dayMs = 86_400_000;
const side = { state: user('s'), raw: null, time: 5, version: null };

function conflict(id: string, daysAgo: number, state: ConflictRecord['state'] = 'resolved'): ConflictRecord {
  const createdAt = Date.now() - daysAgo * dayMs;
  const waits = state === 'pending';
  return {
    type: 'conflict',
    id,
    ...ref('1'),
    kind: 'write_write',
    base: user('b'),
    sql: side,
    mongodb: { ...side, state: user('m') },
    resolution: waits ? 'pending' : 'sql_wins',
    decision: waits ? null : user('s'),
    strategy: 'lww',
    fields: {},
    reason: null,
    state,
    createdAt,
    resolvedAt: state === 'resolved' ? createdAt + 5 : null,
    resolvedBy: waits ? null : 'policy',
  };
}

async function filled(conflicts: (name: string) => readonly ConflictRecord[]): Promise<TestSide> {
  const opened = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(opened);
  const settlements = conflicts(opened.name);
  await lane.commit([], () => ({ writes: [], hold: [], drop: [], settlements }));
  return opened;
}

function retention(
  { conflicts }: TestSide,
  record: { keep: string | null; most: number },
  everyMs = 600_000,
): Retention {
  return new Retention({ conflicts, record, clock: systemClock, log: silentLogger, everyMs });
}

async function left({ client, name }: TestSide): Promise<string[]> {
  const ids = await client.db('sync_metadata').collection<{ _id: string }>('conflicts').distinct('_id', { name });
  return ids.map((id) => id.slice(name.length + 1)).sort();
}

const mixed = (name: string): ConflictRecord[] => [
  conflict(`${name}-a`, 100),
  conflict(`${name}-b`, 91),
  conflict(`${name}-c`, 3),
  conflict(`${name}-d`, 2),
  conflict(`${name}-e`, 1),
  conflict(`${name}-old-pending`, 200, 'pending'),
  conflict(`${name}-old-propagating`, 200, 'propagating'),
];

test('what is older than it is to be kept goes, but for what is open', async () => {
  const opened = await filled(mixed);
  expect(await retention(opened, { keep: '90d', most: 1000 }).sweep()).toBe(2);
  expect(await left(opened)).toEqual(['c', 'd', 'e', 'old-pending', 'old-propagating']);
});

test('what is beyond the number that is kept goes, the oldest first; null keeps by number only', async () => {
  const opened = await filled(mixed);
  expect(await retention(opened, { keep: null, most: 2 }).sweep()).toBe(3);
  expect(await left(opened)).toEqual(['d', 'e', 'old-pending', 'old-propagating']);
  expect(await retention(opened, { keep: null, most: 2 }).sweep()).toBe(0);
});

test('it runs by itself, and a stop waits for the portion that is under way and begins no other', async () => {
  const opened = await filled((name) => Array.from({ length: 2600 }, (_, n) => conflict(`${name}-${n}`, 100 + n)));
  const running = retention(opened, { keep: '90d', most: 1000 }, 1);
  running.start();
  await waitFor(async () => (await left(opened)).length < 2600, { what: 'the first portion to go' });
  await running.stop();
  const after = (await left(opened)).length;
  expect(after % 100).toBe(0);
  expect(after).toBeGreaterThan(0);
  const { groups } = await opened.conflicts.counts(0);
  expect(groups.map(({ total }) => total)).toEqual([2600]);
});
