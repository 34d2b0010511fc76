/** Live reads against both databases: changes on their way are no differences, true ones are found, and the sync goes on. */
import { beforeAll, expect, test } from 'vitest';
import { dualRead } from '../src/dual-read/dual-read.js';
import { reportReads } from '../src/dual-read/report-reads.js';
import type { StartedSync } from '../src/index.js';
import { freePort } from '../src/testing/servers/free-port.js';
import { waitFor } from '../src/testing/wait-for.js';
import { expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const many = 300;
/** In neither log: one side lacks them, another one differs. */
const planted = { missing: 9001, different: 9002 };
let rig: Rig;
let sync: StartedSync;
let url: string;

beforeAll(async () => {
  rig = await rigs.open({
    schema: `create table items (id int primary key, n int);
insert into items select i, 0 from generate_series(1, ${many}) i;
insert into items values (${planted.missing}, 1), (${planted.different}, 1);
create table lines (a int, b text, n int, primary key (a, b));`,
    config: { entities: [{ table: 'items' }, { table: 'lines' }] },
  });
  const items = Array.from({ length: many }, (_, i) => ({ _id: i + 1, n: 0 }));
  await rig.db.collection<{ _id: number }>('items').insertMany([...items, { _id: planted.different, n: 2 }]);
  url = `http://127.0.0.1:${await freePort()}`;
  // With its API.
  sync = await rig.start({ api: undefined } as never, { api: { listen: url.slice('http://'.length) } });
});

const sqlItem = async (id: number): Promise<unknown> =>
  (await rig.sql.query<{ id: number; n: number }>('select id as _id, n from items where id = $1', [id])).rows[0] ??
  null;
const mongoItem = (id: number): Promise<unknown> => rig.db.collection<{ _id: number }>('items').findOne({ _id: id });

test('reads while both sides are written: none is told as different; two planted ones are', async () => {
  const reporter = reportReads<number>({ url, table: 'public.items', everyMs: 50 });
  const read = dualRead<number, unknown>({
    readSql: sqlItem,
    readMongodb: mongoItem,
    serve: 0.5,
    sample: 1,
    concurrency: 50,
    report: reporter.report,
  });
  let writing = true;
  const writers = (async () => {
    for (let n = 1; writing; n++) {
      await rig.sql.query('update items set n = n + 1 where id = $1', [1 + (n % (many / 2))]);
      await rig.db
        .collection<{ _id: number }>('items')
        .updateOne({ _id: many / 2 + 1 + (n % (many / 2)) }, { $inc: { n: 1 } });
    }
  })();
  for (let round = 0; round < 8; round++)
    await Promise.all(Array.from({ length: 200 }, (_, i) => read(1 + ((i * 7 + round * 31) % many))));
  await read.idle();
  for (const id of Object.values(planted)) {
    await read(id);
    await read.idle();
  }
  await reporter.close();
  expect(reporter.counts().sent).toBeGreaterThan(100);
  await waitFor(() => sync.reads.counts().queued === 0 && sync.reads.counts().different >= 2, {
    what: 'the reads to be compared',
    limitMs: 30_000,
  });
  writing = false;
  await writers;
  const counts = sync.reads.counts();
  expect(counts.different).toBe(2);
  expect(counts.byTable['public.items']?.different).toBe(2);
  expect(counts.compared).toBeGreaterThan(100);
  expect((await sync.metrics()).body).toMatch(/isthmus_dual_reads_total\{table="public.items",result="different"\} 2/);
});

test('a composite key, an unknown table and a key that is none', async () => {
  await rig.sql.query("insert into lines values (1, 'x', 5)");
  await settle(sync);
  const before = sync.reads.counts().compared;
  const post = async (body: object): Promise<[number, Record<string, unknown>]> => {
    const answer = await fetch(`${url}/api/reads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [answer.status, (await answer.json()) as Record<string, unknown>];
  };
  expect(await post({ table: 'public.lines', key: { a: 1, b: 'x' }, served: 'sql' })).toEqual([
    202,
    { accepted: true },
  ]);
  await waitFor(() => sync.reads.counts().compared === before + 1, { what: 'the comparison', limitMs: 10_000 });
  expect(await post({ table: 'public.items', key: 7, served: 'mongodb' })).toEqual([202, { accepted: true }]);
  for (const [body, status, code] of [
    [{ table: 'public.nothing', key: 1, served: 'sql' }, 404, 'not_found'],
    [{ table: 'public.items', key: 'seven', served: 'sql' }, 400, 'request_invalid'],
    [{ table: 'public.items', key: { $gt: '' }, served: 'sql' }, 400, 'request_invalid'],
    [{ table: 'public.items', key: 1, served: 'oracle' }, 400, 'request_invalid'],
    [{ table: 'public.items', key: null, served: 'sql' }, 400, 'request_invalid'],
    [{ table: 'public.lines', key: { a: 1 }, served: 'sql' }, 400, 'request_invalid'],
  ] as const) {
    const [given, error] = await post(body);
    expect([given, error['code']]).toEqual([status, code]);
    expect(error['remedy']).toMatch(/./);
  }
});

test('a burst of reads does not keep the sync from its work', async () => {
  await waitFor(() => sync.reads.counts().queued === 0, { what: 'earlier reads', limitMs: 10_000 });
  const before = sync.reads.counts();
  for (let n = 0; n < 2000; n++) sync.reads.accept({ table: 'public.items', key: 1 + (n % many), served: 'sql' });
  await rig.sql.query('update items set n = n + 1 where id <= 100');
  await settle(sync);
  await waitFor(() => sync.reads.counts().queued === 0, { what: 'the burst to be compared', limitMs: 20_000 });
  const after = sync.reads.counts();
  expect([after.total - before.total, after.skipped - before.skipped, after.different - before.different]).toEqual([
    2000, 0, 0,
  ]);
  await rig.sql.query('delete from items where id > 9000');
  await rig.db.collection<{ _id: number }>('items').deleteMany({ _id: { $gt: 9000 } });
  await expectEqual(rig, sync, [{ table: 'items', key: ['id'] }]);
});
