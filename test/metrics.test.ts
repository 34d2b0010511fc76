/** What a real running sync tells of itself: every metric with its labels, a lag that is true, retries, the logs' room. */
import { expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { laggingProxy } from './lagging-proxy.js';
import { atOnce, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const schema = `create table users (id int primary key, name text); insert into users values (1, 'a'), (2, 'b')`;
const entities = [{ table: 'public.users', conflict: { strategy: 'prefer_sql' as const } }];
const open = (config: Partial<Rig['config']> = {}) =>
  rigs.open({ schema, config: { entities, initial: 'sql', ...config } });

interface Person {
  _id: number;
  name: string;
}
const people = (rig: Rig) => rig.db.collection<Person>('users');

/** name → the label sets that must stand there; each as it is written, without values. */
const links = ['{link="sql_to_mongodb"}', '{link="mongodb_to_sql"}'];
const table = ['{table="public.users"}'];
const none = [''];
const expected: Readonly<Record<string, readonly string[]>> = {
  isthmus_changes_applied_total: ['sql_to_mongodb', 'mongodb_to_sql'].flatMap((link) =>
    ['insert', 'update', 'delete'].map((operation) => `{link="${link}",table="public.users",operation="${operation}"}`),
  ),
  isthmus_transactions_applied_total: links,
  isthmus_sync_latency_seconds_count: links,
  isthmus_sync_latency_seconds_bucket: ['{le="0.5",link="sql_to_mongodb"}', '{le="+Inf",link="mongodb_to_sql"}'],
  isthmus_lag_seconds: links,
  isthmus_held_records: links,
  isthmus_echoes_total: links,
  isthmus_conflicts_total: [
    '{table="public.users",kind="write_write",strategy="prefer_sql",resolution="sql_wins"}',
    '{table="public.users",kind="structural",strategy="prefer_sql",resolution="pending"}',
  ],
  isthmus_conflicts_pending: none,
  isthmus_dead_letters: none,
  isthmus_errors_total: ['{code="fenced"}', '{code="transient"}'],
  isthmus_retries_total: links,
  isthmus_divergent_records: table,
  isthmus_compared_records_total: table,
  isthmus_clock_skew_seconds: none,
  isthmus_retained_wal_bytes: none,
  isthmus_oplog_window_seconds: none,
  isthmus_phase: none,
};

async function metrics(sync: StartedSync): Promise<ReadonlyMap<string, number>> {
  const { body } = await sync.metrics();
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test('every metric of the interface is there with its labels, and the events since the start are in them', async () => {
  const rig = await open();
  const sync = await rig.start({ watchTimes: { roomEveryMs: 100 } });
  const wanted = Object.entries(expected).flatMap(([name, labels]) => labels.map((label) => name + label));
  await waitFor(async () => (await metrics(sync)).has('isthmus_oplog_window_seconds'), { what: 'both logs’ room' });
  const before = await metrics(sync);
  expect(wanted.filter((line) => !before.has(line))).toEqual([]);
  expect(before.get(`isthmus_conflicts_total${expected['isthmus_conflicts_total']?.[0]}`)).toBe(0);

  await settle(sync);
  await rig.sql.query(`update users set name = 'x' where id = 2`);
  await people(rig).insertOne({ _id: 3, name: 'c' });
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query(`update users set name = 'sql' where id = 1`),
    () => people(rig).updateOne({ _id: 1 }, { $set: { name: 'mongodb' } }),
  );
  const after = await metrics(sync);
  const of = (name: string) => after.get(name);
  expect(of('isthmus_changes_applied_total{link="sql_to_mongodb",table="public.users",operation="insert"}')).toBe(2);
  expect(of('isthmus_changes_applied_total{link="mongodb_to_sql",table="public.users",operation="insert"}')).toBe(1);
  expect(of('isthmus_loaded_rows_total{table="public.users"}')).toBe(2);
  expect(of('isthmus_phase')).toBe(6);
  expect(of('isthmus_state{state="running"}')).toBe(1);
  expect(
    of('isthmus_conflicts_total{table="public.users",kind="write_write",strategy="prefer_sql",resolution="sql_wins"}'),
  ).toBe(1);
  // The update, and the held change that won; a load's rows have no latency.
  expect(of('isthmus_sync_latency_seconds_count{link="sql_to_mongodb"}')).toBeGreaterThanOrEqual(2);
  expect(of('isthmus_retained_wal_bytes')).toBeGreaterThan(0);

  const numbers = await sync.numbers();
  expect(Object.keys(numbers)).toEqual(
    expect.arrayContaining(
      'syncLatency throughput conflictRate divergenceRate autoResolutionRate manualResolutionPending errorRate retryRate dlqMessages cdcLag kafkaLag replicationLag'.split(
        ' ',
      ),
    ),
  );
  expect(numbers).toMatchObject({ kafkaLag: null, divergenceRate: null, autoResolutionRate: 1 });
  expect(numbers.replicationLag.sql).toBeGreaterThan(0);
  expect(numbers.replicationLag.mongodb).toBeGreaterThanOrEqual(0);
  const { forecast } = sync.status();
  expect(forecast.sql).toMatchObject({ limitBytes: null, hoursLeft: null });
  expect(forecast.mongodb.windowSeconds).toBeGreaterThan(0);

  const course = await waitFor(() => (sync.history(15).times.length >= 2 ? sync.history(15) : null), {
    what: 'two seconds to pass',
  });
  expect(course.stepMs).toBe(1000);
  expect(course.links.sql_to_mongodb.lagMs).toHaveLength(course.times.length);
});

test('with a log that does not arrive lag grows although nothing moves, and is 0 again when it was read to its end', async () => {
  const plain = await open();
  const proxy = await laggingProxy(plain.sqlUrl);
  plain.atEnd(() => proxy.close());
  const sync = await plain.start({ engine: { heartbeatMs: 100 } }, { sql: { url: proxy.url } });
  await settle(sync);
  const lag = () => sync.status().links.sql_to_mongodb.lagMs;
  await waitFor(() => lag() < 100, { what: 'a link that is read to its end' });
  proxy.hold();
  await waitFor(() => lag() > 1500, { what: 'the lag to grow' });
  expect(sync.status()).toMatchObject({ state: 'running', links: { mongodb_to_sql: { pending: 0 } } });
  expect(sync.status().links.sql_to_mongodb.pending).toBe(0);
  expect(sync.status().links.mongodb_to_sql.lagMs).toBeLessThan(1000);
  proxy.release();
  await waitFor(() => lag() < 100, { what: 'the lag to end' });
});

test('while a server is away, and one life of the engine follows the other, lag goes on growing', async () => {
  const plain = await open();
  const proxy = await laggingProxy(plain.sqlUrl);
  const sync = await plain.start({ engine: { heartbeatMs: 100 } }, { sql: { url: proxy.url } });
  plain.atEnd(() => sync.stop().catch(() => undefined));
  await settle(sync);
  await proxy.close();
  await waitFor(() => sync.status().state === 'starting', { what: 'the engine to notice', limitMs: 30_000 });
  const seen: number[] = [];
  await waitFor(
    () => {
      const { links } = sync.status();
      seen.push(links.sql_to_mongodb.lagMs);
      return links.sql_to_mongodb.lagMs > 2000 && links.mongodb_to_sql.lagMs > 2000;
    },
    { what: 'both lags to grow' },
  );
  // The first look may fall on the very millisecond of the last mark.
  expect(seen.slice(1)).not.toContain(0);
  const { body } = await sync.metrics();
  expect(body).toMatch(/isthmus_lag_seconds\{link="sql_to_mongodb"\} [1-9]/);
  expect(body).toContain('isthmus_state{state="starting"} 1');
  // How a connection ends differs: as one that broke, or as a server that does not answer. It counts when that life is over.
  const counted = /isthmus_errors_total\{code="(transient|sql_unreachable)"\} [1-9]/;
  await waitFor(async () => counted.test((await sync.metrics()).body), {
    what: 'the error to be counted',
    limitMs: 30_000,
  });
});

test('an attempt that meets somebody else’s open transaction counts as failed, the next one as a retry', async () => {
  const rig = await open();
  const sync = await rig.start();
  await settle(sync);
  expect(await sync.numbers()).toMatchObject({ errorRate: 0, retryRate: 0 });
  const session = rig.mongo.startSession();
  session.startTransaction();
  await people(rig).updateOne({ _id: 1 }, { $set: { name: 'open' } }, { session });
  await rig.sql.query(`update users set name = 'waits' where id = 1`);
  const retries = 'isthmus_retries_total{link="sql_to_mongodb"}';
  await waitFor(async () => ((await metrics(sync)).get(retries) ?? 0) >= 2, { what: 'two retries' });
  await session.abortTransaction();
  await session.endSession();
  await settle(sync);
  const now = await metrics(sync);
  const of = (name: string) => now.get(`isthmus_${name}{link="sql_to_mongodb"}`) ?? 0;
  expect(of('failed_attempts_total')).toBe(of('retries_total'));
  expect(of('attempts_total')).toBeGreaterThan(of('retries_total'));
  expect(now.get('isthmus_retries_total{link="mongodb_to_sql"}')).toBe(0);
  const { errorRate, retryRate } = await sync.numbers();
  expect(errorRate).toBeGreaterThan(0);
  expect(retryRate).toBe(errorRate);
});
