/** Users of both sides over Kafka, and what must hold of what they wrote: for tests of several processes. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently } from './compare-independently.js';
import { type History, historySchema } from './history.js';
import type { LogCounter } from './log-counts.js';
import { conflictsOf, type Rig } from './rig.js';

export const limitMs = 90_000;
/** How long nothing may happen before the logs count as silent: this is what is measured, not a wait for something. */
const silenceMs = 3000;
export const counters = 40;

/** Records that both sides' users write, and counters of which each side has its own. */
export const trafficSchema = `${historySchema}; create table counters (id int primary key, n bigint not null);
  insert into counters select i, 0 from generate_series(1, ${counters}) i`;

/** Both sides' users raise counters of their own: the even ones on SQL, the odd ones on MongoDB. */
export function countUp(
  rig: Rig,
  { pauseMs = 5 } = {},
): { rest(): Promise<{ readonly sql: number; readonly mongodb: number }> } {
  let stopped = false;
  const done = { sql: 0, mongodb: 0 };
  const sql = async (): Promise<void> => {
    for (let at = 0; !stopped; at++) {
      await rig.sql.query('update counters set n = n + 1 where id = $1', [2 * (1 + (at % (counters / 2)))]);
      done.sql++;
      await pause(pauseMs);
    }
  };
  const mongodb = async (): Promise<void> => {
    const collection = rig.db.collection<{ _id: number }>('counters');
    for (let at = 0; !stopped; at++) {
      await collection.updateOne({ _id: 2 * (at % (counters / 2)) + 1 }, { $inc: { n: 1 } });
      done.mongodb++;
      await pause(pauseMs);
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
export async function crossing(rig: Rig): Promise<void> {
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

export async function equal(rig: Rig): Promise<void> {
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

export async function expectWhole(
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
