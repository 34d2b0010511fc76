/** Phases on real servers: what crosses in each, what is refused, what a restart and a change of direction leave. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PhaseRequest } from '../src/app/lifecycle/phase-request.js';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { conflictsOf, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const schema = `create table items (id int primary key, v text); insert into items select g, 'first ' || g from generate_series(1, 50) g`;

const open: StartedSync[] = [];
afterEach(async () => {
  for (const sync of open.splice(0)) await sync.stop();
});

async function rig(config: object = {}): Promise<Rig> {
  return rigs.open({
    schema,
    config: { lifecycle: true, initial: 'sql', entities: [{ table: 'public.items' }], ...config },
  });
}

async function started(of: Rig, config: object = {}): Promise<StartedSync> {
  const sync = await of.start({ watchTimes: { phasesEveryMs: 50 } }, config);
  open.push(sync);
  return sync;
}

const order = (sync: StartedSync, request: PhaseRequest) => sync.lifecycle.order({ by: 'test', ...request });
const force = (sync: StartedSync) => order(sync, { action: 'advance', force: true, why: 'only a test' });

async function forceTo(sync: StartedSync, phase: string): Promise<void> {
  for (let steps = 0; (await sync.lifecycle.routing()).phase !== phase; steps++) {
    if (steps > 12) throw new Error(`never came to ${phase}`);
    await force(sync);
  }
  await waitFor(() => ['running', 'idle'].includes(sync.status().state), { what: `${phase} to run`, limitMs: 30_000 });
}

const inSql = async ({ sql }: Rig, id: number) =>
  (await sql.query('select v from items where id = $1', [id])).rows[0]?.v;
const inMongo = async ({ db }: Rig, id: number) => (await db.collection('items').findOne({ _id: id as never }))?.['v'];
const writeSql = ({ sql }: Rig, id: number, v: string) =>
  sql.query('insert into items values ($1, $2) on conflict (id) do update set v = $2', [id, v]);
const writeMongo = ({ db }: Rig, id: number, v: string) =>
  db.collection('items').updateOne({ _id: id as never }, { $set: { v } }, { upsert: true });

describe('phases', () => {
  it('prepares, loads when told to, and refuses a step that lacks its evidence', async () => {
    const it = await rig();
    const sync = await started(it);
    expect(sync.status()).toMatchObject({ phase: 'prepare', state: 'idle' });
    expect(await sync.lifecycle.show()).toMatchObject({
      phase: 'prepare',
      direction: 'none',
      next: { phase: 'snapshot' },
      back: [],
    });
    expect(await it.db.collection('items').countDocuments()).toBe(0);

    await order(sync, { action: 'advance' });
    expect(await sync.lifecycle.routing()).toMatchObject({ phase: 'snapshot', reads: { sql: 1, mongodb: 0 } });
    await waitFor(async () => (await it.db.collection('items').countDocuments()) === 50, {
      what: 'the load',
      limitMs: 30_000,
    });
    await waitFor(() => sync.status().state === 'running', { what: 'it to run' });
    await settle(sync);
    await order(sync, { action: 'advance' });
    await expect(order(sync, { action: 'advance' })).rejects.toMatchObject({
      code: 'phase_refused',
      message: expect.stringContaining('comparison: none'),
    });
    await expect(order(sync, { action: 'advance', force: true })).rejects.toMatchObject({ code: 'phase_refused' });
    const shown = await order(sync, { action: 'advance', force: true, why: 'only a test' });
    expect(shown).toMatchObject({ phase: 'dual_read', share: 0.1, direction: 'sql_to_mongodb' });
    expect(shown.history.map(({ to, forced, why }) => [to, forced, why])).toEqual([
      ['snapshot', false, null],
      ['replicate', false, null],
      ['dual_read', true, 'only a test'],
    ]);
  });

  it('survives a restart, and a second process cannot step for the first', async () => {
    const it = await rig();
    const first = await started(it);
    await forceTo(first, 'replicate');
    await writeSql(it, 7, 'written before');
    await settle(first);
    await first.stop();
    const second = await started(it);
    expect(second.status().phase).toBe('replicate');
    expect((await second.lifecycle.show()).history).toHaveLength(2);
    await writeSql(it, 7, 'written after');
    await waitFor(() => second.status().state === 'running', { what: 'it to run' });
    await settle(second);
    expect(await inMongo(it, 7)).toBe('written after');
    const third = await started(it);
    await expect(order(second, { action: 'advance', force: true, why: 'unknowing' })).rejects.toThrow();
    expect(third.status().phase).toBe('replicate');
    await order(third, { action: 'rollback', to: 'prepare' });
    expect(third.status()).toMatchObject({ phase: 'prepare', state: 'idle' });
  });

  it('turns the direction in mid-work: what each side was given while it led has crossed', async () => {
    const it = await rig();
    const sync = await started(it);
    await forceTo(sync, 'bidirectional');
    await settle(sync);
    const last = { sql: 0, mongodb: 0 };
    for (const round of [1, 2, 3]) {
      // Written and not waited for: the turn comes while they are on their way.
      for (let n = 0; n < 40; n++) {
        await writeMongo(it, 1000 + n, `mongodb ${round}.${n}`);
        await writeSql(it, 2000 + n, `sql ${round}.${n}`);
      }
      last.sql = last.mongodb = round;
      await order(sync, round % 2 === 1 ? { action: 'source', side: 'sql' } : { action: 'source', side: 'mongodb' });
      await settle(sync);
      for (let n = 0; n < 40; n++) {
        expect(await inSql(it, 1000 + n)).toBe(`mongodb ${round}.${n}`);
        expect(await inMongo(it, 2000 + n)).toBe(`sql ${round}.${n}`);
      }
      await forceTo(sync, round % 2 === 1 ? 'bidirectional' : 'mongodb_primary');
      if (round % 2 === 0) await order(sync, { action: 'rollback', to: 'bidirectional' });
    }
    expect((await sync.lifecycle.show()).passiveWrites).toEqual({});
  });

  it('retires with all that was written crossed, and comes back from there', async () => {
    const it = await rig();
    const sync = await started(it);
    await forceTo(sync, 'mongodb_primary');
    await writeMongo(it, 3, 'the last word');
    await forceTo(sync, 'retired');
    expect(await inSql(it, 3)).toBe('the last word');
    expect(sync.status().state).toBe('idle');
    await writeMongo(it, 3, 'after the end');
    await order(sync, { action: 'rollback' });
    await waitFor(() => sync.status().state === 'running', { what: 'it to run again' });
    await settle(sync);
    expect(await inSql(it, 3)).toBe('after the end');
  });
});

describe('a write on the passive side', () => {
  it('is noticed and left alone, until the other side changes the record', async () => {
    const it = await rig();
    const sync = await started(it);
    await forceTo(sync, 'replicate');
    await settle(sync);
    await writeMongo(it, 5, 'astray');
    await waitFor(async () => (await sync.lifecycle.show()).passiveWrites['public.items'] === 1, {
      what: 'it to be noticed',
    });
    expect((await sync.metrics()).body).toContain('isthmus_passive_writes_total{table="public.items"} 1');
    await settle(sync);
    expect([await inSql(it, 5), await inMongo(it, 5)]).toEqual(['first 5', 'astray']);
    await writeSql(it, 5, 'right');
    await settle(sync);
    expect([await inSql(it, 5), await inMongo(it, 5)]).toEqual(['right', 'right']);
    expect(await conflictsOf(it)).toMatchObject([{ strategy: 'direction', resolution: 'sql_wins', state: 'resolved' }]);
  });

  it('is reverted where so configured, and what stood there is on record', async () => {
    const it = await rig({ phases: { passiveWrites: 'revert' } });
    const sync = await started(it);
    await forceTo(sync, 'replicate');
    await settle(sync);
    await writeMongo(it, 5, 'astray');
    await writeMongo(it, 900, 'nobody asked for');
    await waitFor(async () => (await inMongo(it, 5)) === 'first 5' && (await inMongo(it, 900)) === undefined, {
      what: 'both to be reverted',
      limitMs: 30_000,
    });
    expect(await inSql(it, 5)).toBe('first 5');
    expect(JSON.stringify(await conflictsOf(it))).toContain('nobody asked for');
  });

  it('crosses where so configured, and is counted', async () => {
    const it = await rig({ phases: { passiveWrites: 'keep' } });
    const sync = await started(it);
    await forceTo(sync, 'replicate');
    await settle(sync);
    await writeMongo(it, 5, 'welcome');
    await waitFor(async () => (await inSql(it, 5)) === 'welcome', { what: 'it to cross' });
    await waitFor(async () => (await sync.lifecycle.show()).passiveWrites['public.items'] === 1, {
      what: 'it to be counted',
    });
  });
});

describe('without phases', () => {
  it('the configured direction decides; phase and routing answer', async () => {
    const it = await rig({ lifecycle: false, direction: 'mongodb_to_sql', initial: 'none' });
    const sync = await started(it);
    expect(await sync.lifecycle.show()).toMatchObject({
      lifecycle: false,
      phase: 'mongodb_primary',
      next: null,
      back: [],
    });
    expect(await sync.lifecycle.routing()).toMatchObject({
      reads: { sql: 0, mongodb: 1 },
      writes: { sql: false, mongodb: true },
    });
    await expect(order(sync, { action: 'rollback' })).rejects.toMatchObject({ code: 'phase_refused' });
  });
});
