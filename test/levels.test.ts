/** Rollback levels on real servers, with divergence that is planted before the sync starts, and with a server that is cut off. */
import { afterEach, describe, expect, it } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently } from './compare-independently.js';
import { laggingProxy } from './lagging-proxy.js';
import { conflictsOf, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const records = 2000;
const schema = `create table items (id int primary key, v text); insert into items select g, 'v' || g from generate_series(1, ${records}) g`;
const items = { table: 'items', key: ['id'] };

const open: StartedSync[] = [];
afterEach(async () => {
  for (const sync of open.splice(0)) await sync.stop();
});

interface Planted {
  /** MongoDB has another value. */
  readonly changed: number;
  /** MongoDB lacks the record. */
  readonly missing: number;
}

async function planted({ changed, missing }: Planted, config: object = {}): Promise<{ rig: Rig; sync: StartedSync }> {
  const rig = await rigs.open({ schema, config: { entities: [{ table: 'public.items' }], ...config } });
  const documents = Array.from({ length: records }, (_, n) => ({ _id: (n + 1) as never, v: `v${n + 1}` }));
  await rig.db
    .collection('items')
    .insertMany(documents.slice(missing).map((one, n) => (n < changed ? { ...one, v: 'planted' } : one)));
  return { rig, sync: await started(rig) };
}

async function started(rig: Rig, config: object = {}): Promise<StartedSync> {
  const sync = await rig.start({ watchTimes: { phasesEveryMs: 50 } }, config);
  open.push(sync);
  return sync;
}

async function compared(sync: StartedSync, sample = 1): Promise<void> {
  const { id } = await sync.comparisons.start({ sample });
  await waitFor(async () => (await sync.comparisons.list(50)).find((one) => one.id === id)?.state === 'done', {
    what: 'the comparison to end',
    limitMs: 30_000,
  });
}

const level = (sync: StartedSync, wanted: number) =>
  waitFor(() => sync.status().rollbackLevel === wanted, { what: `rollback level ${wanted}`, limitMs: 30_000 });

describe('rollback levels', () => {
  it('1: a few differences are told, and nothing else changes', async () => {
    const { rig, sync } = await planted({ changed: 1, missing: 0 });
    await compared(sync);
    await level(sync, 1);
    expect((await sync.lifecycle.show()).rollback).toMatchObject({
      level: 1,
      divergenceRate: 0.0005,
      needsApproval: false,
    });
    expect(await conflictsOf(rig)).toEqual([]);
    await sync.comparisons.repair((await sync.comparisons.list(1))[0]?.id ?? '', { use: 'sql', by: 'test' });
    await compared(sync);
    await level(sync, 0);
  });

  it('2: up to 1 % waits for people, and is compared more often, until it is decided', async () => {
    const { rig, sync } = await planted({ changed: 10, missing: 5 });
    await compared(sync);
    await level(sync, 2);
    expect((await sync.lifecycle.show()).compareEveryMs).toBe(6 * 3_600_000);
    await waitFor(() => sync.status().conflicts.pending === 15, { what: 'all to wait for people', limitMs: 30_000 });
    expect((await compareIndependently(rig, items)).length).toBe(15);
    // What waits for people is known not to be equal: it waits over a restart too.
    open.splice(open.indexOf(sync), 1);
    await sync.stop();
    const again = await started(rig);
    await waitFor(() => again.status().conflicts.pending === 15, { what: 'all to wait for people again' });
    expect(again.status().rollbackLevel).toBe(2);
    expect(await again.decideAll({ use: 'sql', by: 'ann' })).toMatchObject({ decided: 15 });
    await settle(again);
    await compared(again);
    await level(again, 0);
    expect(await compareIndependently(rig, items)).toEqual([]);
    expect((await again.lifecycle.show()).compareEveryMs).toBe(24 * 3_600_000);
  });

  it('3: above 1 % writing stops once all was compared, and goes on repaired when somebody approves', async () => {
    const { rig, sync } = await planted({ changed: 40, missing: 10 }, { levels: { repair: 'sql' } });
    await compared(sync, 0.5);
    await level(sync, 3);
    await waitFor(async () => (await sync.lifecycle.show()).rollback.needsApproval, {
      what: 'it to wait',
      limitMs: 30_000,
    });
    expect(sync.status().state).toBe('paused');
    await rig.sql.query(`update items set v = 'meanwhile' where id = 1999`);
    expect((await sync.comparisons.list(10)).map(({ reason, sample }) => [reason, sample])).toEqual([
      ['rollback_level', 1],
      ['asked', 0.5],
    ]);
    await sync.lifecycle.order({ action: 'approve', by: 'ann' });
    await level(sync, 0);
    expect(sync.status().state).toBe('running');
    await settle(sync);
    expect(await compareIndependently(rig, items)).toEqual([]);
    expect((await rig.db.collection('items').findOne({ _id: 1999 as never }))?.['v']).toBe('meanwhile');
    await expect(sync.lifecycle.order({ action: 'approve' })).rejects.toMatchObject({ code: 'phase_refused' });
    const { levels } = await sync.lifecycle.report();
    expect(levels.map(({ level: of, by }) => [of, by])).toContainEqual([3, 'ann']);
  });

  it('3: a process that was stopped while it waited still waits', async () => {
    const { rig, sync } = await planted({ changed: 40, missing: 0 });
    await compared(sync);
    await waitFor(async () => (await sync.lifecycle.show()).rollback.needsApproval, {
      what: 'it to wait',
      limitMs: 30_000,
    });
    await waitFor(async () => (await sync.lifecycle.report()).levels.length > 0, { what: 'that to be stored' });
    open.splice(open.indexOf(sync), 1);
    await sync.stop();
    const again = await started(rig);
    expect(again.status()).toMatchObject({ rollbackLevel: 3, state: 'paused' });
  });

  it('4: a server that stays away leaves one source; back again needs the link and an approval', async () => {
    const rig = await rigs.open({
      schema,
      config: { entities: [{ table: 'public.items' }], initial: 'sql', lifecycle: true },
    });
    const proxy = await laggingProxy(rig.sqlUrl);
    rig.atEnd(() => proxy.close());
    const levels = { broken: '1s', source: 'mongodb' };
    const sync = await started(rig, { sql: { url: proxy.url }, levels });
    for (const phase of ['snapshot', 'replicate', 'dual_read']) {
      expect((await sync.lifecycle.order({ action: 'advance', force: true, why: 'a test' })).phase).toBe(phase);
    }
    for (const _ of [0.1, 0.5, 1, 'bidirectional'])
      await sync.lifecycle.order({ action: 'advance', force: true, why: 'a test' });
    await waitFor(() => sync.status().state === 'running', { what: 'the load', limitMs: 30_000 });
    await settle(sync);

    await rig.sql.query(`update items set v = 'the last of SQL' where id = 7`);
    await settle(sync);
    proxy.cut();
    await level(sync, 4);
    expect(await sync.lifecycle.routing()).toMatchObject({
      reads: { sql: 0, mongodb: 1 },
      writes: { sql: false, mongodb: true },
    });
    await waitFor(async () => (await sync.lifecycle.show()).phase === 'mongodb_primary', { what: 'the phase' });
    await rig.db.collection('items').updateOne({ _id: 8 as never }, { $set: { v: 'while SQL is away' } });
    await expect(sync.lifecycle.order({ action: 'approve' })).rejects.toMatchObject({ code: 'phase_refused' });

    proxy.mend();
    await waitFor(async () => (await sync.lifecycle.show()).rollback.needsApproval, {
      what: 'it to wait',
      limitMs: 40_000,
    });
    await settle(sync);
    expect((await rig.sql.query('select v from items where id = 8')).rows).toEqual([{ v: 'while SQL is away' }]);
    await expect(sync.lifecycle.order({ action: 'advance' })).rejects.toMatchObject({
      message: expect.stringContaining('rollback_level'),
    });
    await sync.lifecycle.order({ action: 'approve', by: 'ann' });
    await level(sync, 0);
    const { history } = await sync.lifecycle.show();
    expect(history.at(-1)).toMatchObject({ from: 'bidirectional', to: 'mongodb_primary', kind: 'level' });
    expect(await compareIndependently(rig, items)).toEqual([]);
  });
});
