/** What a slot keeps and may still keep, on a server of our own whose limit is small. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import { LogRooms } from '../observe/log-rooms.js';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { type PostgresServer, startPostgres } from '../testing/servers/postgres-server.js';
import { waitFor } from '../testing/wait-for.js';
import { type TestSide, testSide } from './test-side.js';

const { version } = await testPostgres();
const mb = 1024 ** 2;
let server: PostgresServer;
let t: TestSide;

beforeAll(async () => {
  const settings = { checkpoint_timeout: '1h', max_wal_size: '4GB', autovacuum: 'off' };
  server = await startPostgres({ version: version >= 18 ? 18 : 15, settings });
  t = await testSide({ url: server.url, name: 'room', schema: 'create table a (id int primary key, v text)' });
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

const write = (megabytes: number) =>
  t.user.query(
    `select pg_logical_emit_message(false, 'fill', repeat('x', ${mb})) from generate_series(1, ${megabytes})`,
  );

test('without a limit there is no end; with one the room shrinks by what is written, down to nothing', async () => {
  const before = await t.side.logRoom(null);
  expect(before).toMatchObject({ unit: 'bytes', left: null });
  await write(20);
  const grown = await t.side.logRoom(null);
  expect(((grown?.kept ?? 0) - (before?.kept ?? 0)) / mb).toBeCloseTo(20, 0);

  await t.user.query(`alter system set max_slot_wal_keep_size = '96MB'`);
  await t.user.query('select pg_reload_conf()');
  const limited = await waitFor(
    async () => {
      const room = await t.side.logRoom(null);
      return room?.left === null ? null : room;
    },
    { what: 'the limit to be in force' },
  );
  await write(20);
  const less = await t.side.logRoom(null);
  // The server counts what it has written; some of the log still stands in its buffers.
  expect(Math.abs(((limited.left ?? 0) - (less?.left ?? 0)) / mb - 20)).toBeLessThan(6);

  // Half a minute and five megabytes between two looks: what is left lasts so many hours.
  const time = { now: 0 };
  const rooms = new LogRooms({
    readers: { sql: t.side, mongodb: { logRoom: () => Promise.resolve(null) } },
    positions: () => ({ sql: null, mongodb: null }),
    clock: { ...systemClock, now: () => time.now },
    log: silentLogger,
  });
  for (let look = 0; look < 5; look++, time.now += 30_000) {
    await write(5);
    await rooms.look();
  }
  const { room, hoursLeft } = rooms.forecast().sql;
  const expected = (room?.left ?? 0) / mb / 10 / 60;
  expect(hoursLeft).toBeGreaterThan(expected / 2);
  expect(hoursLeft).toBeLessThan(expected * 2);
  await write(100);
  await t.user.query('checkpoint');
  await waitFor(async () => (await t.side.logRoom(null))?.left === 0, { what: 'the room to be used up' });
});

test('without a slot nothing is said', async () => {
  await t.side.teardown({ dryRun: false, onStatement: () => undefined });
  expect(await t.side.logRoom(null)).toBeNull();
});
