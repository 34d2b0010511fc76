/** What another policy would have decided, over a store in memory and the real resolvers. */
import { expect, test } from 'vitest';
import { configFrom } from '../../config/load.js';
import { makeResolver } from '../../conflict/resolve.js';
import type { ConflictRecord } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import type { State } from '../../model/record.js';
import type { RecordFilter, RecordPage } from '../../ports/conflict-store.js';
import { entity, field, ref, user, users } from '../../testing/mongodb/entities.js';
import { type ReplayReport, type ReplayRequest, replayConflicts } from './replay.js';
import { type ReplayStrategy, replayPolicies } from './replay-policies.js';

const settings = entity('settings', [field('id', 'int8', 'bigint')], [field('value', 'int4', 'integer')]);
const entities = new Map<string, Entity>([users, settings].map((one) => [one.name, one]));
const config = configFrom({
  sql: { url: 'postgres://h/x' },
  mongodb: { url: 'mongodb://h/', database: 'x' },
  entities: [
    { table: 'public.users', conflict: { strategy: 'merge', fields: { name: 'prefer_mongodb' } } },
    { table: 'public.*', conflict: { strategy: 'manual' } },
  ],
});

function conflict(id: string, rest: Partial<ConflictRecord> = {}): ConflictRecord {
  return {
    type: 'conflict',
    id,
    ...ref('1'),
    kind: 'write_write',
    base: user('b', '1'),
    sql: { state: user('s', '2'), raw: null, time: 1000, version: null },
    mongodb: { state: user('m', '1', '{}'), raw: null, time: 2000, version: null },
    resolution: 'merged',
    decision: user('m', '2', '{}'),
    strategy: 'merge',
    fields: { name: 'prefer_mongodb' },
    reason: null,
    state: 'resolved',
    createdAt: 5000,
    resolvedAt: 6000,
    resolvedBy: 'policy',
    ...rest,
  };
}

const setting = (id: string, state: State = ['3']): ConflictRecord =>
  conflict(id, {
    ...ref('9', settings),
    base: ['1'],
    sql: { state: ['2'], raw: null, time: 1000, version: null },
    mongodb: { state, raw: null, time: 2000, version: null },
    resolution: 'pending',
    decision: null,
    strategy: 'manual',
    state: 'pending',
    resolvedAt: null,
    resolvedBy: null,
  });

/** Two a page, so that there are several. */
function storeOf(all: readonly ConflictRecord[]) {
  return {
    async records({ table, since = 0, cursor = '0' }: RecordFilter): Promise<RecordPage> {
      const at = Number(cursor);
      const found = all.filter((one) => one.createdAt >= since && (table ?? one.entity) === one.entity);
      return { conflicts: found.slice(at, at + 2), cursor: at + 2 < found.length ? String(at + 2) : null };
    },
  };
}

/** Each look at it takes a while. */
function clockOf(stepMs: number) {
  const clock = {
    at: 0,
    slept: 0,
    now: () => {
      clock.at += stepMs;
      return clock.at;
    },
    sleep: async () => {
      clock.slept += 1;
    },
  };
  return clock;
}

function replay(
  all: readonly ConflictRecord[],
  strategy: ReplayStrategy,
  { clock = clockOf(0), ...rest }: Partial<ReplayRequest> & { readonly clock?: ReturnType<typeof clockOf> } = {},
): Promise<ReplayReport> {
  const { policies, unfit } = replayPolicies(config, entities, strategy);
  const custom = () => Promise.resolve({ ok: false, reason: 'no modules here' } as const);
  const resolve = makeResolver({ entities, policies, skewMs: () => 0, custom });
  const parts = { conflicts: storeOf(all), entities, resolve, unfit, clock };
  return replayConflicts(parts, { strategy, limit: 100, ...rest });
}

const all = [conflict('c1'), setting('c2'), conflict('c3', { createdAt: 4000 })];

test('the present configuration decides the same, and leaves to a person the same', async () => {
  expect(await replay(all, 'configured')).toEqual({
    strategy: 'configured',
    replayed: 3,
    same: 3,
    different: 0,
    wouldWait: 0,
    wouldDecide: 0,
    skipped: 0,
    unfit: [],
    oldest: '1970-01-01T00:00:04.000Z',
    more: false,
    differences: [],
  });
});

test('another strategy: what differs is listed with its fields', async () => {
  const report = await replay([conflict('c1'), setting('c2')], 'prefer_sql');
  expect(report).toMatchObject({ replayed: 2, same: 0, different: 1, wouldDecide: 1, wouldWait: 0 });
  expect(report.differences).toEqual([
    {
      conflictId: 'c1',
      table: 'public.users',
      key: '1',
      kind: 'write_write',
      foundAt: '1970-01-01T00:00:05.000Z',
      was: { resolution: 'merged', strategy: 'merge', by: 'policy' },
      would: { resolution: 'sql_wins', strategy: 'prefer_sql', reason: null },
      fields: [
        { field: 'name', was: 'm', would: 's', rule: null },
        { field: 'data', was: {}, would: null, rule: null },
      ],
    },
    expect.objectContaining({
      conflictId: 'c2',
      was: { resolution: 'pending', strategy: 'manual', by: null },
      would: { resolution: 'sql_wins', strategy: 'prefer_sql', reason: null },
      fields: [{ field: 'value', was: undefined, would: 2, rule: null }],
    }),
  ]);
});

test('a strategy that asks a person would have waited', async () => {
  const report = await replay(all, 'manual');
  expect(report).toMatchObject({ replayed: 3, same: 1, wouldWait: 2, different: 0 });
  expect(report.differences[0]).toMatchObject({ would: { resolution: 'pending', strategy: 'manual' }, fields: [] });
  expect(report.differences[0]?.would.reason).not.toBeNull();
});

test('a table’s own field rules hold where the strategy decides by field, and its rule is told', async () => {
  const [difference] = (await replay([conflict('c1', { decision: user('s', '2', '{}') })], 'merge')).differences;
  expect(difference?.fields).toEqual([{ field: 'name', was: 's', would: 'm', rule: 'prefer_mongodb' }]);
});

test('a strategy that does not fit a table is said, and its conflicts are skipped', async () => {
  const report = await replay(all, 'custom');
  expect(report).toMatchObject({ replayed: 0, skipped: 3, same: 0, differences: [] });
  expect(report.unfit.map(({ table }) => table)).toEqual(['public.users', 'public.settings']);
  expect(report.unfit[0]?.reason).toContain('module');
  expect((await replay(all, 'custom', { table: 'public.settings' })).unfit).toHaveLength(1);
});

test('a decision of a person is compared like any other; what closed by itself waited', async () => {
  const byPerson = conflict('c1', { decision: user('s', '2'), resolvedBy: 'Ada', strategy: 'manual' });
  expect(await replay([byPerson], 'prefer_sql')).toMatchObject({ same: 1 });
  expect(await replay([byPerson], 'prefer_mongodb')).toMatchObject({ different: 1 });
  const closed = { ...setting('c2'), state: 'resolved' as const, resolvedBy: 'agreement' };
  expect(await replay([closed], 'manual')).toMatchObject({ same: 1 });
  expect(await replay([closed], 'lww')).toMatchObject({ wouldDecide: 1 });
});

test('it gives way to the sync between conflicts, and ends when it takes too long', async () => {
  const clock = clockOf(5);
  expect(await replay(all, 'lww', { clock })).toMatchObject({ replayed: 3, more: false });
  expect(clock.slept).toBe(1);
  expect(await replay(all, 'lww', { clock: clockOf(15_000) })).toMatchObject({ replayed: 2, more: true });
});

test('table, time and number bound what is looked at', async () => {
  expect(await replay(all, 'lww', { table: 'public.settings' })).toMatchObject({ replayed: 1, more: false });
  expect(await replay(all, 'lww', { since: 4500 })).toMatchObject({ replayed: 2, more: false });
  expect(await replay(all, 'lww', { limit: 2 })).toMatchObject({ replayed: 2, more: true });
  expect(await replay(all, 'lww', { limit: 3 })).toMatchObject({ replayed: 3, more: false });
  expect(await replay([], 'lww')).toMatchObject({ replayed: 0, oldest: null });
});
