/** Keys on a real server whose collations call different texts equal: chunks, pages, reads and writes by exact keys. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordId, type State } from '../../model/record.js';
import type { CommitOutcome } from '../../ports/side-store.js';
import { mariadbIsMissing, testMariadb } from '../../testing/servers/fixtures/test-mariadb.js';
import { type TestSide, testSide } from '../test-side.js';

const schema = `
  create table ints (id bigint primary key, v longtext);
  create table unsigneds (id bigint unsigned primary key);
  create table texts (id varchar(60) primary key, v text);
  create table latin (id varchar(60) character set latin1 primary key, v text);
  create table exact (id varchar(60) collate utf8mb4_nopad_bin primary key);
  create table padded (id varchar(60) collate utf8mb4_bin primary key);
  create table pairs (a varchar(20), b decimal(6,2), v text, primary key (a, b));
  create table uuids (id uuid primary key);
  create table days (id date primary key);
  create table times (id time(3) primary key);
  create table stamps (id timestamp(3) primary key);
  create table years (id year primary key);
  create table sizes (id enum('small', 'large', 'average') primary key);
  create table flags (id boolean primary key);
  create table bits (id bit(1) primary key);
  create table bytes (id varbinary(10) primary key);
  create table empty (id int primary key);
  create table odd (\`a\`\`?b\` int primary key, \`v?\` text, updated timestamp(6) not null default current_timestamp(6) on update current_timestamp(6));
  insert into ints select cast(seq as signed) * 7 - 300, seq from seq_1_to_100;
  insert into unsigneds values (0), (5), (18446744073709551615), (9223372036854775807), (9223372036854775808);
  insert into texts select v, v from json_table('["b","a","B2","A2","é","z","zz","_","1","10","2","🌿","\\\\uffee"," x"]', '$[*]' columns (v text path '$')) w;
  insert into latin select v, v from json_table('["b","a","é","Z","z z","_"]', '$[*]' columns (v text path '$')) w;
  insert into exact select v from json_table('["b","a","B","A","a ","a\\\\t","🌿","\\\\uffee"]', '$[*]' columns (v text path '$')) w;
  insert into padded select v from json_table('["b","a","B","A","a\\\\t","a!","🌿","\\\\uffee"]', '$[*]' columns (v text path '$')) w;
  insert into pairs select v, seq / 4, v from json_table('["b","B2","é"]', '$[*]' columns (v text path '$')) w join seq_1_to_13;
  insert into uuids select uuid() from seq_1_to_20;
  insert into days select date '1999-12-25' + interval seq day from seq_1_to_20;
  insert into times values ('03:04:05'), ('03:04:05.25'), ('-10:00:00'), ('24:00:00'), ('100:00:00'), ('00:00:00');
  insert into stamps select timestamp '2024-01-01 00:00:00.5' + interval seq hour from seq_1_to_20;
  insert into years values (0), (1901), (2024);
  insert into sizes values ('small'), ('large'), ('average');
  insert into flags values (true), (false), (2);
  insert into bits values (1), (0);
  insert into bytes values (x'00'), (x'0001'), (x'ff'), (x'7f'), (x'80'), (x'')
`;
const tables = [...schema.matchAll(/create table (\w+)/g)].map(([, name]) => name as string);

describe.skipIf(mariadbIsMissing() !== null)('keys in MariaDB', () => {
  const mariadb = testMariadb();
  let t: TestSide;
  let number = 0;
  beforeAll(async () => {
    t = await testSide({ ...(await mariadb.freshDatabase()), schema });
    await t.side.store.takeOver(1, 1);
  });
  afterAll(() => t.close());

  const ref = (table: string, key: string) => ({ entity: `${t.name}.${table}`, key });
  const stateOf = async (table: string, key: string) =>
    (await t.side.store.read([ref(table, key)], { locked: true, raw: false })).get(recordId(ref(table, key)))?.state;

  async function write(
    table: string,
    states: readonly (readonly [key: string, after: State])[],
  ): Promise<CommitOutcome> {
    const outcome = await t.side.store.commit({
      lane: 0,
      previous: number,
      number: number + 1,
      read: states.map(([key]) => ref(table, key)),
      plan: (found) => ({
        writes: states.map(([key, after]) => ({
          ...ref(table, key),
          before: found.get(recordId(ref(table, key))) ?? null,
          after,
        })),
        hold: [],
        drop: [],
        settlements: [],
      }),
    });
    if (outcome.kind === 'committed') number++;
    return outcome;
  }

  test.each(tables)('%s: in chunks and pages each record once, and found by its key', async (table) => {
    const entity = `${t.name}.${table}`;
    const { store } = t.side;
    const keys: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const upTo: string | null = await store.chunkEnd(entity, after, 3);
      const rows = await store.readChunk({ entity, after, upTo });
      if (upTo !== null) expect(rows.at(-1)?.key).toBe(upTo);
      keys.push(...rows.map(({ key }) => key));
      more = upTo !== null && keys.length < 1000;
      after = upTo;
    }
    const count = Number((await t.rows(`select count(*) from ${table}`))[0]?.[0]);
    expect(new Set(keys).size).toBe(count);
    for (let i = 1; i < keys.length; i++)
      expect(store.compareKeys(entity, keys[i - 1] as string, keys[i] as string)).toBeLessThan(0);
    expect(await store.estimate(entity)).toBe(count);
    const paged: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await store.readPage({ entity, after, limit: 3, keysOnly: true });
      paged.push(...page.rows.map(({ key }) => key));
      more = page.more && paged.length < 1000;
      after = paged.at(-1) ?? null;
    }
    expect(paged.toSorted()).toEqual(keys.toSorted());
    if (await store.inSharedOrder(entity)) expect(paged).toEqual(keys);
    const refs = keys.map((key) => ({ entity, key }));
    expect((await store.existing(refs)).size).toBe(count);
    expect(
      [...(await store.read(refs, { locked: true, raw: false })).values()].every(({ state }) => state !== null),
    ).toBe(true);
  });

  test.each([
    ['texts', 'B', 'b'],
    ['texts', 'e', 'é'],
    ['texts', 'b ', 'b'],
    ['latin', 'B', 'b'],
    ['latin', '🌿', null],
    ['padded', 'a ', 'a'],
  ])('%s: %j is another record than %j, and cannot stand beside it', async (table, key, standing) => {
    expect(await stateOf(table, key)).toBeNull();
    expect([...(await t.side.store.existing([ref(table, key)]))]).toEqual([]);
    const fields = t.entities.get(`${t.name}.${table}`)?.fields.length ?? 0;
    const outcome = await write(table, [[key, fields === 0 ? [] : ['new']]]);
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: standing === null ? 'invalid_value' : 'unique_violation' },
    });
    if (standing !== null && fields > 0) expect(await stateOf(table, standing)).toEqual([standing]);
  });

  test('a key is renamed to one that only the collation calls the same', async () => {
    expect(
      await write('texts', [
        ['zz', null],
        ['ZZ', ['renamed']],
      ]),
    ).toMatchObject({ kind: 'committed' });
    expect(await t.rows("select id, v from texts where id = 'zz'")).toEqual([['ZZ', 'renamed']]);
    expect(await write('texts', [['ZZ', ['changed']]])).toMatchObject({ kind: 'committed' });
    expect(await t.rows("select id, v from texts where id = 'zz'")).toEqual([['ZZ', 'changed']]);
  });

  test('a zero is no next number, names may hold any sign, and a time that is kept by the server stays', async () => {
    expect(await write('odd', [['0', ['v', '2020-01-01T00:00:00.000Z']]])).toMatchObject({ kind: 'committed' });
    await t.user.query("set time_zone = '+00:00'");
    await t.user.query("update odd set updated = '2020-01-01 00:00:00.123456'");
    expect(await write('odd', [['0', ['w', '2020-01-01T00:00:00.123Z']]])).toMatchObject({ kind: 'committed' });
    expect(await t.rows("select `a``?b`, `v?`, updated = '2020-01-01 00:00:00.123456' from odd")).toEqual([
      [0, 'w', 1],
    ]);
  });

  test('many records in one transaction, each found by the index', async () => {
    const keys = Array.from({ length: 3000 }, (_, n) => String(10_000 + n));
    expect(
      await write(
        'ints',
        keys.map((key) => [key, [`v${key}`]]),
      ),
    ).toMatchObject({ kind: 'committed' });
    expect(
      await write(
        'ints',
        keys.map((key) => [key, [`w${key}`]]),
      ),
    ).toMatchObject({ kind: 'committed' });
    expect(await t.rows("select count(*) from ints where v like 'w%'")).toEqual([['3000']]);
    expect(
      await write(
        'ints',
        keys.map((key) => [key, null]),
      ),
    ).toMatchObject({ kind: 'committed' });
    expect(await t.rows('select count(*) from ints')).toEqual([['100']]);
  });

  test('a row that no statement can hold is refused, those that need several are not', async () => {
    const megabytes = (count: number): State => ['x'.repeat(count * 1024 ** 2)];
    expect(await write('ints', [['7000', megabytes(17)]])).toMatchObject({
      kind: 'refused',
      refusal: { code: 'too_large' },
    });
    const several = ['7001', '7002', '7003', '7004', '7005'].map((key) => [key, megabytes(4)] as const);
    expect(await write('ints', several)).toMatchObject({ kind: 'committed' });
    expect(await t.rows('select sum(length(v)) from ints where id between 7001 and 7005')).toEqual([
      [String(20 * 1024 ** 2)],
    ]);
  });
});
