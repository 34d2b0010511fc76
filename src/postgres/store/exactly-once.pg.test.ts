/** Each write happens exactly once: lost answers, broken connections, processes that were replaced. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { HeldRow, Plan } from '../../ports/side-store.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { waitFor } from '../../testing/wait-for.js';
import { type CuttingProxy, cuttingProxy } from '../cutting-proxy.js';
import { openPostgres, type PostgresSide } from '../open.js';
import { readAll, TestLane, type TestSide, testSide } from '../test-side.js';

const postgres = await testPostgres();
const empty: Plan = { writes: [], hold: [], drop: [], settlements: [] };
let t: TestSide;
let proxy: CuttingProxy;
let side: PostgresSide;
let epoch = 0;

beforeAll(async () => {
  const db = await postgres.freshDatabase();
  t = await testSide({
    ...db,
    schema: 'create table a (id int primary key, v text); create table counted (n int)',
    tables: ['public.a'],
  });
  proxy = await cuttingProxy(db.url);
  side = await openPostgres({
    url: proxy.url,
    name: db.name,
    entities: t.entities,
    log: silentLogger,
    clock: systemClock,
  });
});
afterAll(async () => {
  await side.close();
  await proxy.close();
  await t.close();
});

const rows = async (text: string) => (await t.user.query({ text, rowMode: 'array' })).rows as unknown[][];
const number = async (lane = 0) =>
  (await rows(`select number::int from isthmus.progress where lane = ${lane}`))[0]?.[0];

async function freshLane(): Promise<TestLane> {
  await t.user.query('rollback; delete from a; delete from isthmus.progress');
  await side.store.takeOver(++epoch, 1);
  return new TestLane(side);
}

describe('a lost answer', () => {
  test('to COMMIT that landed: the number tells, nothing is written twice', async () => {
    await freshLane();
    let plans = 0;
    proxy.cutAnswerTo('commit\0');
    const outcome = await side.store.commit({
      lane: 0,
      previous: 0,
      number: 1,
      read: [],
      save: { at: 'x' },
      plan: () => {
        plans += 1;
        return { ...empty, writes: [{ entity: 'public.a', key: '1', before: null, after: ['once'] }] };
      },
    });
    expect(proxy.cuts).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ kind: 'committed', plan: { writes: [{ after: ['once'] }] } });
    expect(plans).toBe(1);
    expect([await number(), await rows('select v from a')]).toEqual([1, [['once']]]);
  });

  test('to the writes before COMMIT arrived: they are done again', async () => {
    await freshLane();
    const before = proxy.cuts;
    proxy.cutAnswerTo('isthmus_missed');
    const outcome = await side.store.commit({
      lane: 0,
      previous: 0,
      number: 1,
      read: [{ entity: 'public.a', key: '1' }],
      plan: () => ({ ...empty, writes: [{ entity: 'public.a', key: '1', before: null, after: ['again'] }] }),
    });
    expect(proxy.cuts).toBe(before + 1);
    expect(outcome.kind).toBe('committed');
    expect([await number(), await rows('select v from a')]).toEqual([1, [['again']]]);
  });

  test('a backend that is terminated again and again in the middle of transactions loses and repeats nothing', async () => {
    await freshLane();
    let ended = false;
    let kills = 0;
    const killing = (async () => {
      while (!ended)
        kills +=
          (
            await t.user.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'isthmus%' and datname = current_database()
          and (query ilike 'commit' or query like '%isthmus.progress%') and random() < 0.1`)
          ).rowCount ?? 0;
    })();
    await t.user.query(`insert into a values (1, '0')`);
    for (let i = 1; i <= 60; i++) {
      const outcome = await side.store.commit({
        lane: 0,
        previous: i - 1,
        number: i,
        read: [{ entity: 'public.a', key: '1' }],
        // An increment shows a write that happened twice or never.
        plan: (found) => {
          const state = [...found.values()][0] ?? null;
          return {
            ...empty,
            writes: [{ entity: 'public.a', key: '1', before: state, after: [String(Number(state?.[0]) + 1)] }],
          };
        },
      });
      expect(outcome.kind).toBe('committed');
    }
    ended = true;
    await killing;
    expect(await rows('select v from a')).toEqual([['60']]);
    expect(kills).toBeGreaterThan(3);
  });
});

describe('takeOver', () => {
  test('fences the process before, ends its transactions and its reader, and hands over lanes and what is held', async () => {
    const lane = await freshLane();
    await lane.write([['public.a', '1', ['old']]], { save: { position: 'p', open: [1, 'é\u0000'] } });
    const reader = await side.source.open(await side.source.begin());
    await readAll(side, reader);
    const next = await t.another();
    const reading = reader.next().catch((error: unknown) => error);
    const taken = await next.store.takeOver(++epoch, 2);
    expect(taken.lanes).toEqual([
      { lane: 0, number: 1, saved: { position: 'p', open: [1, 'é\u0000'] } },
      { lane: 1, number: 0, saved: undefined },
    ]);
    expect(await next.store.epoch()).toBe(epoch);
    expect(await reading).toMatchObject({ retry: true });
    await expect(lane.write([['public.a', '1', ['zombie']]])).rejects.toMatchObject({ code: 'fenced' });
    await expect(side.source.open(await side.source.begin())).rejects.toMatchObject({ code: 'fenced' });
    expect(await rows('select v from a')).toEqual([['old']]);
    await expect(next.store.takeOver(epoch, 1)).rejects.toMatchObject({ code: 'fenced' });
  });

  test('a transaction that a stopped process left open is gone before anything is read, and its write is fenced', async () => {
    const lane = await freshLane();
    await lane.write([['public.a', '1', ['old']]]);
    await t.user.query('begin; select 1 from a where id = 1 for update');
    // It has advanced its progress row and waits for the user's lock: nobody else could store an epoch now.
    const zombie = lane.write([['public.a', '1', ['zombie']]]).catch((error: unknown) => error);
    await waitFor(
      async () =>
        (await rows(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`))
          .length > 0,
      { what: 'the write to wait' },
    );
    const next = await t.another();
    expect((await next.store.takeOver(++epoch, 1)).lanes).toMatchObject([{ number: 1 }]);
    await t.user.query('commit');
    expect(await zombie).toMatchObject({ code: 'fenced' });
    const fresh = new TestLane(next);
    fresh.skip();
    expect((await fresh.write([['public.a', '1', ['new']]])).kind).toBe('committed');
    expect(await rows('select v from a')).toEqual([['new']]);
  });
});

describe('held records and settlements', () => {
  const held = (over: Partial<HeldRow>): HeldRow => ({
    entity: 'public.a',
    key: '1',
    base: null,
    tip: ['t'],
    time: 12,
    span: { first: '7', last: '9223372036854775809' },
    begun: 3,
    since: 99,
    ...over,
  });
  const rowsOf: readonly HeldRow[] = [
    held({}),
    held({ key: '\u0000t["no","{\\"$oid\\":1}"]', base: ['\u0000s["why","\u0000"]'], tip: null, time: null }),
    held({ key: 'long'.repeat(2000), time: 'load', span: null, base: [null] }),
  ];

  test('are stored with the write and come back as they were', async () => {
    await freshLane();
    const commit = (previous: number, plan: Partial<Plan>) =>
      side.store.commit({ lane: 0, previous, number: previous + 1, read: [], plan: () => ({ ...empty, ...plan }) });
    await commit(0, { hold: rowsOf });
    const byKey = (all: readonly HeldRow[]) => all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey((await side.store.takeOver(++epoch, 1)).held)).toEqual(byKey(rowsOf));
    await commit(1, { hold: [held({ tip: ['newer'] })], drop: [rowsOf[1] as HeldRow, rowsOf[2] as HeldRow] });
    expect((await side.store.takeOver(++epoch, 1)).held).toEqual([held({ tip: ['newer'] })]);
  });

  test('settlements are found by id until they are forgotten', async () => {
    await freshLane();
    const settlement = {
      type: 'agreement',
      id: 's1',
      entity: 'public.a',
      key: '1',
      base: null,
      decision: null,
      createdAt: 1,
    } as const;
    await side.store.commit({
      lane: 0,
      previous: 0,
      number: 1,
      read: [],
      plan: () => ({ ...empty, settlements: [settlement] }),
    });
    expect(await side.store.settled(['s1', 's2'])).toEqual(new Set(['s1']));
    await side.store.forget(['s1']);
    expect(await side.store.settled(['s1'])).toEqual(new Set());
  });
});
