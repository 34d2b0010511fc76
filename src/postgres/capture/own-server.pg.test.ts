/** What needs a server of its own: timeouts, a slot that is invalidated, a restart, a shutdown, a transaction of a million rows. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Position } from '../../model/change.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { type PostgresServer, startPostgres } from '../../testing/servers/postgres-server.js';
import { waitFor } from '../../testing/wait-for.js';
import { changesOf, readAll, readToEnd, type TestSide, testSide } from '../test-side.js';

const { version } = await testPostgres();
let server: PostgresServer;
let t: TestSide;

beforeAll(async () => {
  const settings = { wal_sender_timeout: '2s', checkpoint_timeout: '1h', max_wal_size: '4GB' };
  server = await startPostgres({ version: version >= 18 ? 18 : 15, settings });
  t = await testSide({ url: server.url, name: 'own', schema: 'create table a (id int primary key, v text)' });
  await t.side.store.takeOver(1, 1);
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

const senders = async () =>
  (await t.user.query('select pid from pg_stat_replication')).rows.map((row: { pid: number }) => row.pid);

test('a reader that nobody asks stays connected far beyond the server’s timeout, with and without changes that wait', async () => {
  const reader = await t.side.source.open(await t.side.source.begin());
  await readAll(t.side, reader);
  const before = await senders();
  await t.user.query('insert into a select i, i from generate_series(1, 50000) i');
  const patience = Date.now() + 7000;
  await waitFor(() => Date.now() > patience, { what: 'three timeouts to pass', limitMs: 10_000 });
  expect(await senders()).toEqual(before);
  expect(changesOf(await readAll(t.side, reader))).toHaveLength(50_000);
  await reader.close();
});

function memory(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

test('a transaction of many rows takes flat memory', async () => {
  const from = await t.side.source.begin();
  const rows = 400_000;
  await t.user.query(`insert into a select i + 1000000, repeat('x', 200) from generate_series(1, ${rows}) i`);
  const reader = await t.side.source.open(from);
  let seen = 0;
  // What files that ran before have left is not this one's.
  const before = memory();
  let highest = 0;
  let last: Position = from;
  for (let parts = 0; seen < rows + 50_000; parts++) {
    for (const event of await reader.next()) {
      last = event.position;
      if (event.kind === 'part') {
        expect(event.changes.length).toBeLessThanOrEqual(2000);
        seen += event.changes.length;
      }
    }
    // A slow consumer: the rest waits at the server, not here.
    if (parts % 50 === 0) await delay(1);
    highest = Math.max(highest, memory());
  }
  expect((highest - before) / 1e6).toBeLessThan(190);
  reader.acknowledge(last);
  await reader.close();
});

test('a server that shuts down does not wait for what is not acknowledged; the reader goes on after its restart', async () => {
  const reader = await t.side.source.open(await t.side.source.begin());
  const acknowledged = (await readToEnd(t.side, reader)).end;
  reader.acknowledge(acknowledged);
  await waitFor(async () => (await t.side.source.begin()) === acknowledged, { what: 'the acknowledgement to arrive' });
  await t.user.query('insert into a values (-1)');
  const { end } = await readToEnd(t.side, reader);
  const pending = reader.next().catch((error: unknown) => error);
  const begun = Date.now();
  await server.kill('SIGINT');
  expect(Date.now() - begun).toBeLessThan(5_000);
  expect(await pending).toMatchObject({ code: 'sql_unreachable', retry: true });
  await expect(t.side.store.now()).rejects.toMatchObject({ code: 'sql_unreachable', retry: true });
  await server.start();
  const again = await t.side.source.open(end);
  await t.side.store.mark('after');
  expect(await again.next()).toMatchObject([{ kind: 'mark', id: 'after' }]);
  await again.close();
});

test('a slot that fell too far behind stops the reader for good', async () => {
  const writer = new pg.Client({ connectionString: server.url });
  writer.on('error', () => undefined);
  await writer.connect();
  await writer.query(`alter system set max_slot_wal_keep_size = '16MB'`);
  await writer.query('select pg_reload_conf()');
  const from = await t.side.source.begin();
  const reader = await t.side.source.open(from);
  await writer.query(`update a set v = repeat(v, 1) where id between 1000001 and 1060000`);
  await writer.query('select pg_switch_wal()');
  await writer.query('checkpoint');
  await waitFor(
    async () => (await writer.query(`select 1 from pg_replication_slots where wal_status = 'lost'`)).rowCount === 1,
    { what: 'the slot to be invalidated' },
  );
  let stopped: unknown = null;
  while (stopped === null) await reader.next().catch((error: unknown) => (stopped = error));
  expect(stopped).toMatchObject({ code: 'slot_lost', retry: false });
  await expect(t.side.source.open(from)).rejects.toMatchObject({ code: 'slot_lost' });
  expect(await t.side.inspect()).toContainEqual(expect.objectContaining({ id: 'sql.slot', state: 'failed' }));
  // A new slot does not hide what was missed.
  await t.side.prepare({ dryRun: false, onStatement: () => undefined });
  await expect(t.side.source.open(from)).rejects.toMatchObject({ code: 'slot_lost' });
  await writer.end();
});
