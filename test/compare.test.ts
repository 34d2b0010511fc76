/**
 * Comparison and repair on real servers: differences from before the first start (`initial: none` takes both sides as they
 * are) are found while users of both sides write, each of them and nothing else, and are repaired through the engine.
 */
import { expect, test } from 'vitest';
import type { Comparison } from '../src/app/compare/comparison.js';
import type { ConfigInput, start } from '../src/index.js';
import { Random } from '../src/testing/random.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import type { TablePair } from './compare-independently.js';
import { inFull } from './long-form.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();

/** Numbers are ordered alike on both sides, texts are not. */
const rows = inFull ? { numbers: 400_000, texts: 100_000 } : { numbers: 40_000, texts: 10_000 };
const planted = { numbers: 800, texts: 200 };
const pairs: TablePair[] = [
  { table: 'numbers', key: ['id'] },
  { table: 'texts', key: ['id'] },
];
type Table = 'numbers' | 'texts';
const kinds = ['missing_sql', 'missing_mongodb', 'different', 'type'] as const;

const keyOf = (table: Table, n: number): number | string =>
  table === 'numbers' ? n : `${['a', 'B', 'ä', '_'][n % 4]}${(n * 7919) % 1_000_003}-${n}`;

async function fill(rig: Rig, table: Table): Promise<void> {
  const count = rows[table];
  for (let from = 1; from <= count; from += 20_000) {
    const documents = Array.from({ length: Math.min(20_000, count - from + 1) }, (_, i) => ({
      _id: keyOf(table, from + i) as never,
      name: `name ${from + i}`,
      n: from + i,
    }));
    await rig.db.collection(table).insertMany(documents, { ordered: false });
    await rig.sql.query(
      `insert into ${table} select (d->>'_id')::${table === 'numbers' ? 'int' : 'text'}, d->>'name', (d->>'n')::int from jsonb_array_elements($1::jsonb) d`,
      [JSON.stringify(documents)],
    );
  }
}

/** Key → kind. Every so many-th record from the first one on, so that users know what to leave alone. */
async function plant(rig: Rig, table: Table): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const every = Math.floor(rows[table] / planted[table]);
  for (let i = 0; i < planted[table]; i++) {
    const _id = keyOf(table, 1 + i * every) as never;
    const kind = kinds[i % kinds.length] as (typeof kinds)[number];
    if (kind === 'missing_sql') await rig.sql.query(`delete from ${table} where id = $1`, [_id]);
    else if (kind === 'missing_mongodb') await rig.db.collection(table).deleteOne({ _id });
    else await rig.db.collection(table).updateOne({ _id }, { $set: { n: kind === 'type' ? 'many' : -1 } });
    found.set(`${table} ${_id}`, kind === 'type' ? 'different' : kind);
  }
  return found;
}

async function openRig(): Promise<{ rig: Rig; expected: Map<string, string> }> {
  const rig = await rigs.open({
    schema: `create table numbers (id int primary key, name text, n int); create table texts (id text primary key, name text, n int)`,
    config: {
      initial: 'none',
      entities: [{ table: 'numbers' }, { table: 'texts' }],
      // So many differences would stop the writing until somebody approves: that is for another test.
      levels: { review: 1, pause: 1 },
    },
  });
  const expected = new Map<string, string>();
  for (const table of ['numbers', 'texts'] as const) {
    await fill(rig, table);
    for (const [key, kind] of await plant(rig, table)) expected.set(key, kind);
  }
  await rig.sql.query('analyze');
  return { rig, expected };
}

/** Users of both sides, who leave planted records alone: few records, so that they are always on their way. */
function write(rig: Rig): { stop(): Promise<number> } {
  let stopped = false;
  let written = 0;
  const some = (table: Table, random: Random): never => {
    const every = Math.floor(rows[table] / planted[table]);
    return keyOf(table, 2 + random.int(every - 1) + random.int(40) * every) as never;
  };
  const user = async (seed: number, change: (table: Table, id: never, value: number) => Promise<unknown>) => {
    for (const random = new Random(seed); !stopped; written++) {
      const table = random.pick(['numbers', 'texts'] as const);
      await change(table, some(table, random), random.int(3));
    }
  };
  const users = [
    user(1, (table, id, value) => rig.sql.query(`update ${table} set n = $2 where id = $1`, [id, value])),
    user(2, (table, _id, value) => rig.db.collection(table).updateOne({ _id }, { $set: { n: value } })),
  ];
  return {
    async stop() {
      stopped = true;
      await Promise.all(users);
      return written;
    },
  };
}

type Running = Awaited<ReturnType<typeof start>>;

async function finished(sync: Running, id: string): Promise<Comparison> {
  const one = async (): Promise<Comparison> => sync.comparisons.get(id, { limit: 1 });
  await waitFor(async () => ['done', 'failed'].includes((await one()).state), {
    what: 'the end of the comparison',
    limitMs: 120_000,
    everyMs: 50,
  });
  return one();
}

async function differencesOf(sync: Running, id: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await sync.comparisons.get(id, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { table, key, kind } of page.differences) found.set(`${table.replace('public.', '')} ${key}`, kind);
    cursor = page.cursor;
  }
  return found;
}

const sorted = (map: ReadonlyMap<string, string>): readonly string[] => [...map].map(String).sort();

test('1,000 planted differences are found under load, each and nothing else, and repaired; a second comparison finds none', {
  timeout: 400_000,
}, async () => {
  const { rig, expected } = await openRig();
  const sync = await rig.start();
  const users = write(rig);
  const first = await finished(sync, (await sync.comparisons.start({ repair: 'sql', dryRun: true, by: 'test' })).id);
  expect(first).toMatchObject({ state: 'done', different: expected.size, repaired: 0, unsettled: 0, error: null });
  expect(sorted(await differencesOf(sync, first.id))).toEqual(sorted(expected));
  const count = (kind: string): number => [...expected.values()].filter((one) => one === kind).length;
  expect(first.missing).toEqual({ sql: count('missing_sql'), mongodb: count('missing_mongodb') });
  expect(first.planned).toEqual({
    insert: count('missing_mongodb'),
    update: count('different'),
    delete: count('missing_sql'),
  });
  await sync.comparisons.repair(first.id, { use: 'sql', by: 'test' });
  expect(await finished(sync, first.id)).toMatchObject({ state: 'done', repaired: expected.size });
  expect(await users.stop()).toBeGreaterThan(100);
  await settle(sync, 60_000);
  const second = await finished(sync, (await sync.comparisons.start({})).id);
  expect(second).toMatchObject({ state: 'done', different: 0, waiting: 0, unsettled: 0 });
  expect(second.compared).toBe(rows.numbers + rows.texts - count('missing_sql'));
  await expectEqual(rig, sync, pairs);
  // What was overwritten is on record.
  const repaired = await conflictsOf(rig, { strategy: 'repair' });
  expect(repaired).toHaveLength(expected.size);
  expect(repaired.every(({ state, resolution }) => state === 'resolved' && resolution === 'sql_wins')).toBe(true);
});

test('killed in the middle, a comparison goes on where it was, and differences left to people wait for them', {
  timeout: 400_000,
}, async () => {
  const { rig, expected } = await openRig();
  const config: Partial<ConfigInput> = { api: { listen: '127.0.0.1:0' }, compare: { every: '1s' } };
  const child = await startChild(rig, { config });
  const stored = rig.mongo.db('sync_metadata').collection('comparisons');
  // Far enough to have stored how far it is, where that takes longer than a second.
  const progress = async () => {
    const one = await stored.findOne({ name: rig.name, state: 'running' });
    return one !== null && (!inFull || JSON.stringify(one).includes('frontiers')) ? one : null;
  };
  const before = await waitFor(progress, { what: 'a comparison under way', limitMs: 60_000, everyMs: 5 });
  child.signal('SIGKILL');
  await child.ended;
  const sync = await rig.start();
  const after = await finished(sync, String(before['_id']));
  expect(after).toMatchObject({ state: 'done', different: expected.size, error: null });
  expect(sorted(await differencesOf(sync, after.id))).toEqual(sorted(expected));
  expect(after.startedAt).toBe(new Date(before['startedAt'] as number).toISOString());
  await sync.comparisons.repair(after.id, { use: 'queue', by: 'test' });
  await finished(sync, after.id);
  expect(sync.status().conflicts.pending).toBe(expected.size);
  await sync.decideAll({ use: 'sql', by: 'test' });
  await settle(sync, 60_000);
  await expectEqual(rig, sync, pairs);
});
