import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { ComparisonRow, ComparisonStore } from '../../ports/comparison-store.js';
import { openTestSide, type TestSide } from '../../testing/mongodb/test-side.js';
import { testMongo } from '../../testing/servers/fixtures/test-mongo.js';
import { waitFor } from '../../testing/wait-for.js';
import { Comparisons } from './comparisons.js';

const mongo = testMongo();

/** Of no table: what is tested is how it is kept. */
function comparisonsOf(side: TestSide, store: ComparisonStore, shared = false): Comparisons {
  return new Comparisons({
    stores: { sql: side.store, mongodb: side.store },
    store,
    engine: { examine: () => Promise.resolve(new Map()), repair: () => Promise.resolve(new Map()) },
    entities: new Map(),
    clock: systemClock,
    log: silentLogger,
    everyMs: null,
    sample: 1,
    shared,
  });
}

test('one that is asked for while the store is slow runs once it is stored, and stays done', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const real = side.comparisons;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const saved: ComparisonRow['state'][] = [];
  const store: ComparisonStore = {
    list: (limit) => real.list(limit),
    get: (id) => real.get(id),
    open: () => real.open(),
    claim: (id, owner) => real.claim(id, owner),
    async save(row, owner) {
      saved.push(row.state);
      if (row.state === 'queued') await released;
      return real.save(row, owner);
    },
    saveDifferences: (id, differences) => real.saveDifferences(id, differences),
    differences: (id, page) => real.differences(id, page),
    expire: (most) => real.expire(most),
  };
  const comparisons = comparisonsOf(side, store);
  comparisons.begin();
  const asked = comparisons.start({});
  // Time enough to begin with it, had it not to be stored first.
  for (let trips = 0; trips < 5; trips++) await real.open();
  expect(saved).toEqual(['queued']);
  release();
  const { id } = await asked;
  await waitFor(async () => (await real.get(id))?.state === 'done', {
    what: 'the end of the comparison',
    limitMs: 5000,
  });
  await comparisons.stop();
  expect(await real.get(id)).toMatchObject({ state: 'done', error: null });
});

test('saving at once by the same owner inserts once and is refused to nobody but another owner', async () => {
  const { comparisons, name } = await openTestSide(mongo.freshDatabase());
  for (let round = 0; round < 30; round++) {
    const row = rowOf(`${name}-${round}`);
    expect(await Promise.all(Array.from({ length: 5 }, () => comparisons.save(row, 'one')))).not.toContain(false);
    expect(await comparisons.save(row, 'other')).toBe(false);
  }
});

function rowOf(id: string): ComparisonRow {
  return {
    id,
    state: 'queued',
    reason: 'asked',
    entities: [],
    sample: 1,
    repair: null,
    dryRun: false,
    by: 'test',
    queuedAt: 0,
    startedAt: null,
    finishedAt: null,
    error: null,
    total: 0,
    tables: {},
    kept: 0,
    progress: null,
  };
}

test('of several processes one makes what any of them is asked for, until another one takes over', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const store = side.comparisons;
  const [first, second] = [comparisonsOf(side, store, true), comparisonsOf(side, store, true)];
  first.begin();
  const done = async (of: Comparisons): Promise<void> => {
    const { id } = await of.start({});
    const what = 'the end of the comparison';
    await waitFor(async () => (await store.get(id))?.state === 'done', { what, limitMs: 10_000 });
  };
  await done(second);
  await first.stop();
  const { id } = await first.start({});
  expect(await first.get(id, { limit: 1 })).toMatchObject({ state: 'queued' });
  const cancelled = await second.start({});
  expect(await first.cancel(cancelled.id)).toMatchObject({ state: 'failed' });
  second.begin();
  await waitFor(async () => (await store.get(id))?.state === 'done', { what: 'the successor', limitMs: 10_000 });
  expect(await store.get(cancelled.id)).toMatchObject({ state: 'failed', error: { code: 'cancelled' } });
  await second.stop();
  // And back again.
  first.begin();
  await done(second);
  await first.stop();
});
