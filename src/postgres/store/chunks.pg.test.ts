/** Chunks by key order on a real server, whose collation is another one, and reads under locks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordId } from '../../model/record.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { type TestSide, testSide } from '../test-side.js';

const postgres = await testPostgres();
const schema = `
  create type size as enum ('small', 'large', 'average');
  create table ints (id bigint primary key, v text);
  create table texts (id text collate "unicode" primary key, v text);
  create table pairs (a text collate "unicode", b numeric, v text, primary key (a, b));
  create table uuids (id uuid primary key);
  create table days (id date primary key);
  create table sizes (id size primary key);
  create table numbers (id numeric primary key);
  create table flags (id bool primary key);
  create table stamps (id timestamptz(3) primary key);
  create table keys_of_bytes (id bytea primary key);
  create table empty (id int primary key);
  insert into ints select i * 7 - 300, 'v' || i from generate_series(1, 100) i;
  insert into texts select x, x from unnest(array['b', 'a', 'B', 'A', 'é', 'z', 'zz', '_', '1', '10', '2', '🌿', U&'\\FFEE']) x;
  insert into pairs select x, i, x || i from unnest(array['b', 'B', 'é']) x, generate_series(-2, 11) i;
  insert into uuids select gen_random_uuid() from generate_series(1, 20);
  insert into days select date '1999-12-25' + i from generate_series(1, 20) i;
  insert into sizes values ('small'), ('large'), ('average');
  insert into numbers select i / 10.0 from generate_series(-20, 20) i;
  insert into flags values (true), (false);
  insert into stamps select timestamptz '2024-01-01 00:00:00Z' + i * interval '1 hour' from generate_series(1, 20) i;
  insert into keys_of_bytes select decode(x, 'hex') from unnest(array['00', '0001', 'ff', '7f', '80']) x;
`;
let t: TestSide;

beforeAll(async () => {
  // The names of ICU's collations differ between versions: without one the test would say less, not more.
  const unicode = postgres.version >= 16 ? 'unicode' : 'und-x-icu';
  t = await testSide({ ...(await postgres.freshDatabase()), schema: schema.replaceAll('"unicode"', `"${unicode}"`) });
});
afterAll(() => t.close());

const tables = [
  'ints',
  'texts',
  'pairs',
  'uuids',
  'days',
  'sizes',
  'numbers',
  'flags',
  'stamps',
  'keys_of_bytes',
  'empty',
];

describe('chunks', () => {
  test.each(tables)('%s: each record once, in the order of compareKeys', async (table) => {
    const entity = `public.${table}`;
    const { store } = t.side;
    const keys: string[] = [];
    let after: string | null = null;
    for (let chunks = 0; chunks < 100; chunks++) {
      const upTo: string | null = await store.chunkEnd(entity, after, 3);
      const rows = await store.readChunk({ entity, after, upTo });
      if (upTo !== null) expect(rows.map(({ key }) => key).at(-1)).toBe(upTo);
      keys.push(...rows.map(({ key }) => key));
      if (upTo === null) break;
      after = upTo;
    }
    const count = Number((await t.user.query(`select count(*) from ${table}`)).rows[0].count);
    expect(new Set(keys).size).toBe(count);
    expect(keys).toEqual(keys.toSorted((a, b) => store.compareKeys(entity, a, b)));
    for (let i = 1; i < keys.length; i++)
      expect(store.compareKeys(entity, keys[i - 1] as string, keys[i] as string)).toBeLessThan(0);
    expect(await store.estimate(entity)).toBe(count);
  });

  test('fewer records than asked for have no end', async () => {
    expect(await t.side.store.chunkEnd('public.sizes', null, 3)).not.toBeNull();
    expect(await t.side.store.chunkEnd('public.sizes', null, 4)).toBeNull();
  });
});

describe('reads', () => {
  const ref = { entity: 'public.ints', key: '-293' };

  test('under a lock wait for a writer whose commit is on its way', async () => {
    await t.user.query(`begin; update ints set v = 'new' where id = -293`);
    const locked = t.side.store.read([ref], { locked: true, raw: false });
    const plain = await t.side.store.read([ref], { locked: false, raw: false });
    expect(plain.get(recordId(ref))?.state).toEqual(['v1']);
    await t.user.query('commit');
    expect((await locked).get(recordId(ref))?.state).toEqual(['new']);
    expect(
      (
        await t.user.query(
          `select 1 from pg_stat_activity where state like 'idle in%' and datname = current_database()`,
        )
      ).rowCount,
    ).toBe(0);
  });

  test('answer for every record that was asked for', async () => {
    const refs = [ref, { entity: 'public.ints', key: '5' }, { entity: 'public.pairs', key: '["é","-2"]' }];
    const found = await t.side.store.read(refs, { locked: false, raw: true });
    expect([...found.values()]).toEqual([
      { state: ['new'], raw: { id: '-293', v: 'new' } },
      { state: null, raw: null },
      { state: ['é-2'], raw: { a: 'é', b: '-2', v: 'é-2' } },
    ]);
    expect((await t.side.store.read([], { locked: true, raw: true })).size).toBe(0);
  });

  test('the clock is the server’s', async () => {
    expect(Math.abs((await t.side.store.now()) - Date.now())).toBeLessThan(2000);
  });
});
