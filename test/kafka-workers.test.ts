/** Two captures and three workers over a real broker, of which processes are killed, stopped, continued and added. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { kafkaMissing } from '../src/testing/servers/kafka-missing.js';
import { startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type ChildSync, startChild } from './child-sync.js';
import { compareIndependently } from './compare-independently.js';
import { type History, historySchema, writeHistory } from './history.js';
import { countLogs, type LogCounter } from './log-counts.js';
import { overKafka } from './over-kafka.js';
import { conflictsOf, type Rig, testRigs } from './rig.js';

const rigs = await testRigs();
const missing = await kafkaMissing('broker');

const limitMs = 90_000;
/** How long nothing may happen before the logs count as silent: this is what is measured, not a wait for something. */
const silenceMs = 3000;
const counters = 40;

describe.skipIf(missing !== null)('captures and workers over Kafka', { timeout: 400_000 }, async () => {
  const kafka = missing === null ? await startKafka() : (null as never);
  afterAll(() => kafka.stop());

  test('converge whatever becomes of them: every write is there once, and conflicts are of shared records only', async () => {
    const rig = await rigs.open({
      schema: `${historySchema}; create table counters (id int primary key, n bigint not null);
        insert into counters select i, 0 from generate_series(1, ${counters}) i`,
      config: { initial: 'sql', entities: [{ table: 'facts' }, { table: 'counters' }] },
    });
    const config = overKafka(rig, kafka.url, 12);
    const start = (role: 'capture' | 'worker'): Promise<ChildSync> => startChild(rig, { role, config });
    const roles = ['capture', 'capture', 'worker', 'worker', 'worker'] as const;
    const started = await Promise.all(roles.map(start));
    const [captures, workers] = [started.slice(0, 2), started.slice(2)];
    await waitFor(async () => (await rig.db.collection('counters').countDocuments()) === counters, {
      what: 'the load',
      limitMs,
    });
    const logs = await countLogs(rig, ['facts', 'counters']);
    const history = writeHistory(rig, { seed: 5, records: 60, deletes: 10, pauseMs: 5 });
    const counting = countUp(rig);
    await crossing(rig);

    workers[0]?.signal('SIGKILL');
    await crossing(rig);
    workers[1]?.signal('SIGSTOP');
    await crossing(rig);
    workers[1]?.signal('SIGCONT');
    workers.push(await start('worker'));
    await crossing(rig);
    captures[0]?.signal('SIGKILL');
    await crossing(rig);
    await kafka.kill();
    await kafka.start();
    await crossing(rig);

    await history.rest();
    const counted = await counting.rest();
    await equal(rig);
    await expectWhole(rig, { history, logs, counted });
    for (const child of [...workers.slice(1), ...captures.slice(1)])
      expect((await child.stop()).code, child.said().slice(-3000)).toBe(0);
  });
});

/** Both sides' users raise counters of their own: the even ones on SQL, the odd ones on MongoDB. */
function countUp(rig: Rig): { rest(): Promise<{ readonly sql: number; readonly mongodb: number }> } {
  let stopped = false;
  const done = { sql: 0, mongodb: 0 };
  const sql = async (): Promise<void> => {
    for (let at = 0; !stopped; at++) {
      await rig.sql.query('update counters set n = n + 1 where id = $1', [2 * (1 + (at % (counters / 2)))]);
      done.sql++;
      await pause(5);
    }
  };
  const mongodb = async (): Promise<void> => {
    const collection = rig.db.collection<{ _id: number }>('counters');
    for (let at = 0; !stopped; at++) {
      await collection.updateOne({ _id: 2 * (at % (counters / 2)) + 1 }, { $inc: { n: 1 } });
      done.mongodb++;
      await pause(5);
    }
  };
  const running = Promise.all([sql(), mongodb()]);
  const rest = async (): Promise<typeof done> => {
    stopped = true;
    await running;
    return done;
  };
  rig.atEnd(rest);
  return { rest };
}

/** What is written now on each side has come out on the other one, of every partition's records. */
async function crossing(rig: Rig): Promise<void> {
  const { rows } = await rig.sql.query<{ id: number; n: string }>('select id, n from counters where id % 2 = 0');
  const collection = rig.db.collection<{ _id: number; n: number }>('counters');
  const there = await collection.find({ _id: { $mod: [2, 1] } }).toArray();
  const what = 'what was written to cross';
  await waitFor(
    async () => {
      const documents = new Map((await collection.find().toArray()).map(({ _id, n }) => [_id, Number(n)]));
      const now = await rig.sql.query<{ id: number; n: string }>('select id, n from counters');
      const values = new Map(now.rows.map(({ id, n }) => [id, Number(n)]));
      return (
        rows.every(({ id, n }) => (documents.get(id) ?? -1) >= Number(n)) &&
        there.every(({ _id, n }) => (values.get(_id) ?? -1) >= Number(n))
      );
    },
    { what, limitMs, everyMs: 200 },
  );
}

async function equal(rig: Rig): Promise<void> {
  await waitFor(
    async () => {
      const conflicts = await conflictsOf(rig);
      if (conflicts.some(({ state }) => state === 'propagating' || state === 'pending')) return false;
      for (const table of ['facts', 'counters'])
        if ((await compareIndependently(rig, { table, key: ['id'] })).length > 0) return false;
      return true;
    },
    { what: 'both sides to be equal', limitMs, everyMs: 500 },
  );
}

async function expectWhole(
  rig: Rig,
  of: {
    readonly history: History;
    readonly logs: LogCounter;
    readonly counted: { readonly sql: number; readonly mongodb: number };
  },
): Promise<void> {
  const { history, logs, counted } = of;
  expect(await history.lost()).toEqual([]);
  const total = await rig.sql.query<{ n: string }>('select sum(n) as n from counters');
  expect(Number(total.rows[0]?.n)).toBe(counted.sql + counted.mongodb);
  const conflicts = await conflictsOf(rig);
  expect(conflicts.filter(({ table }) => table === 'public.counters')).toEqual([]);
  expect(new Set(conflicts.map(({ conflictId }) => conflictId)).size).toBe(conflicts.length);
  const first = await logs.count();
  const writes = history.written.sql + history.written.mongodb + counted.sql + counted.mongodb;
  expect(first.sql + first.mongodb).toBeLessThanOrEqual(2 * writes);
  await pause(silenceMs);
  expect(await logs.count()).toEqual(first);
}
