/** One transaction of ours on a real server: what it writes, what it leaves alone, and what it survives. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import { recordId } from '../../model/record.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { openPostgres } from '../open.js';
import { TestLane, type TestSide, testSide } from '../test-side.js';

const postgres = await testPostgres();
const schema = `
  create type mood as enum ('sad', 'ok');
  create domain small as int check (value < 100);
  create table a (id int primary key, v text, n numeric(10,3), ts timestamptz, left_alone text default 'mine');
  create table typed (id uuid primary key, c char(5), b bit(3), m mood, d small, tags text[], grid int[], j jsonb, f float8, by bytea, i interval, "Odd ""name" text);
  create table composite (x int, y text, v text, primary key (y, x));
  create table ids (id int generated always as identity primary key, v text);
  create table strict_ones (id int primary key, needed text not null default 'default', code text unique, checked int check (checked < 10), parent int references strict_ones);
  create table only_key (id int primary key);
  create table swallowed (id int primary key, v text);
  create function swallow() returns trigger language plpgsql as 'begin return null; end';
  create trigger swallow before insert or update on swallowed for each row execute function swallow();
  alter table swallowed enable always trigger swallow;
  create table loud (id int primary key, v text);
  create function shout() returns trigger language plpgsql as $$ begin raise exception 'secret %', new.v; end $$;
  create trigger shout before insert on loud for each row execute function shout();
  alter table loud enable always trigger shout;
`;
let t: TestSide;
let lane: TestLane;
let quiet: TestLane;

beforeAll(async () => {
  t = await testSide({ ...(await postgres.freshDatabase()), schema });
  await t.side.store.takeOver(1, 3);
  lane = new TestLane(t.side, 0);
  quiet = new TestLane(t.side, 1);
});
afterAll(() => t.close());

const rows = async (text: string) => (await t.user.query({ text, rowMode: 'array' })).rows as unknown[][];

describe('writes', () => {
  test('only fields whose canonical value differs: microseconds, scale and unmapped columns survive', async () => {
    await t.user.query(`insert into a values (1, 'x', 1.500, '2024-01-01 10:00:00.123456Z', 'theirs')`);
    await lane.write([['public.a', '1', ['y', '1.5', '2024-01-01T10:00:00.123Z', 'theirs']]]);
    expect(
      await rows(
        `select v, n::text, ts::timestamptz at time zone 'utc' = '2024-01-01 10:00:00.123456', left_alone from a where id = 1`,
      ),
    ).toEqual([['y', '1.500', true, 'theirs']]);
  });

  test('many records of several tables in one transaction', async () => {
    await lane.write([
      ['public.a', '2', ['n', null, null, null]],
      ['public.composite', '["k,\\"1",7]'.replace('7', '"7"'), ['v']],
      ['public.only_key', '5', []],
    ]);
    expect(await rows('select v, left_alone from a where id = 2')).toEqual([['n', null]]);
    expect(await rows('select x, y, v from composite')).toEqual([[7, 'k,"1', 'v']]);
    await lane.write([
      ['public.a', '2', null],
      ['public.composite', '["k,\\"1","7"]', ['w']],
      ['public.only_key', '5', null],
    ]);
    expect(await rows('select 1 from a where id = 2 union all select 1 from only_key')).toEqual([]);
    expect(await rows('select v from composite')).toEqual([['w']]);
  });

  test('what was taken for absent and is there is read by the next attempt', async () => {
    await t.user.query(`insert into a values (90, 'theirs')`);
    const absent = new Set(['90', '91'].map((key) => recordId({ entity: 'public.a', key })));
    const outcome = await lane.write(
      [
        ['public.a', '90', ['ours', null, null, 'mine']],
        ['public.a', '91', ['new', null, null, 'mine']],
      ],
      { absent },
    );
    expect(outcome).toMatchObject({
      kind: 'committed',
      plan: { writes: [{ before: ['theirs', null, null, 'mine'] }, { before: null }] },
    });
    expect(await rows('select v from a where id in (90, 91) order by id')).toEqual([['ours'], ['new']]);
  });

  test('every kind of type, and reads the same states back', async () => {
    const key = '8b1f4a4e-0000-4000-8000-00000000000a';
    const state = [
      'ab',
      '101',
      'ok',
      '7',
      '["a","b,\\"c\\\\","",null,"NULL"]',
      '[["1","2"],["3",null]]',
      '{"k":[1,null]}',
      '1.5e+300',
      '00ff',
      'P1Y2M3DT4H5M6S',
      'q"\\{}',
    ];
    await lane.write([['public.typed', key, state]]);
    const read = await t.side.store.read([{ entity: 'public.typed', key }], { locked: false, raw: true });
    expect(read.get(recordId({ entity: 'public.typed', key }))).toEqual({
      state,
      raw: expect.objectContaining({ id: key, c: 'ab   ', tags: '{a,"b,\\"c\\\\","",NULL,"NULL"}', by: '\\x00ff' }),
    });
    await lane.write([['public.typed', key, state.map(() => null)]]);
    expect(
      (await t.side.store.read([{ entity: 'public.typed', key }], { locked: true, raw: false })).get(
        recordId({ entity: 'public.typed', key }),
      )?.state,
    ).toEqual(state.map(() => null));
  });

  test('an identity key, and a default where a column must not be null', async () => {
    await lane.write([
      ['public.ids', '77', ['v']],
      ['public.strict_ones', '1', [null, null, null, null]],
    ]);
    expect(await rows('select id, v from ids')).toEqual([[77, 'v']]);
    expect(await rows('select needed from strict_ones where id = 1')).toEqual([['default']]);
    await lane.write([
      ['public.strict_ones', '1', ['said', 'A', null, null]],
      ['public.strict_ones', '2', ['said', 'B', null, null]],
    ]);
    // A document that is left without it, alone or with a change.
    await lane.write([
      ['public.strict_ones', '1', [null, 'A', null, null]],
      ['public.strict_ones', '2', [null, 'C', null, null]],
    ]);
    expect(await rows('select needed, code from strict_ones where id < 3 order by id')).toEqual([
      ['default', 'A'],
      ['default', 'C'],
    ]);
    await lane.write([
      ['public.strict_ones', '1', null],
      ['public.strict_ones', '2', null],
    ]);
  });

  test('a unique value that moves between records, in the order that is asked for or after the server refused another', async () => {
    await lane.write([
      ['public.strict_ones', '10', ['n', 'A', null, null]],
      ['public.strict_ones', '11', ['n', 'B', null, null]],
    ]);
    const moved = await lane.write(
      [
        ['public.strict_ones', '10', ['n', 'C', null, null]],
        ['public.strict_ones', '11', ['n', 'A', null, null]],
      ],
      { ordered: true },
    );
    expect(moved.kind).toBe('committed');
    expect(await rows('select id, code from strict_ones where id in (10, 11) order by 1')).toEqual([
      [10, 'C'],
      [11, 'A'],
    ]);
    // As one statement this fails: the row that is updated first still finds the other one's value.
    const again = await lane.write([
      ['public.strict_ones', '11', ['n', 'D', null, null]],
      ['public.strict_ones', '10', ['n', 'A', null, null]],
    ]);
    expect(again.kind).toBe('committed');
  });

  test('a key that no row can have is absent', async () => {
    const ref = { entity: 'public.a', key: '\u0000t["an ObjectId for an integer","{}"]' };
    expect((await t.side.store.read([ref], { locked: true, raw: true })).get(recordId(ref))).toEqual({
      state: null,
      raw: null,
    });
    expect(await lane.write([['public.a', ref.key, ['v', null, null, null]]])).toMatchObject({ kind: 'refused' });
  });
});

describe('refusals name the constraint and no value', () => {
  const cases: readonly (readonly [string, readonly [string, string, readonly (string | null)[]], object])[] = [
    [
      'unique',
      ['public.strict_ones', '21', ['n', 'taken', null, null]],
      { code: 'unique_violation', reason: expect.stringContaining('strict_ones_code_key') },
    ],
    [
      'check',
      ['public.strict_ones', '22', ['n', null, '11', null]],
      { code: 'check_violation', reason: expect.stringContaining('strict_ones_checked_check') },
    ],
    [
      'domain',
      [
        'public.typed',
        '8b1f4a4e-0000-4000-8000-00000000000b',
        [null, null, null, '123', null, null, null, null, null, null, null],
      ],
      { code: 'check_violation' },
    ],
    [
      'bit length',
      [
        'public.typed',
        '8b1f4a4e-0000-4000-8000-00000000000b',
        [null, '10', null, null, null, null, null, null, null, null, null],
      ],
      { code: 'invalid_value' },
    ],
    [
      'refused value',
      ['public.a', '900', ['\u0000t["it is an object","{secret}"]', null, null, null]],
      { code: 'invalid_value', reason: 'v: it is an object' },
    ],
    [
      'trigger that raises',
      ['public.loud', '1', ['secret']],
      { code: 'other', reason: expect.not.stringContaining('secret') },
    ],
    ['trigger that swallows', ['public.swallowed', '1', ['v']], { code: 'suppressed' }],
  ];
  test.each(cases)('%s', async (_, write, refusal) => {
    await t.user.query(`insert into strict_ones (id, code) values (20, 'taken') on conflict do nothing`);
    expect(await quiet.write([write])).toEqual({ kind: 'refused', refusal: expect.objectContaining(refusal) });
    expect(await rows('select count(*)::int from strict_ones where id in (21, 22)')).toEqual([[0]]);
  });

  test('a foreign key, where triggers are run', async () => {
    const own = await testSide({
      ...(await postgres.freshDatabase()),
      schema:
        'create table p (id int primary key); create table c (id int primary key, p int references p deferrable initially deferred)',
      triggers: 'origin',
    });
    await own.side.store.takeOver(1, 1);
    const writer = new TestLane(own.side);
    expect(await writer.write([['public.c', '1', ['5']]])).toMatchObject({
      kind: 'refused',
      refusal: { code: 'foreign_key_violation', reason: expect.stringContaining('c_p_fkey') },
    });
    expect(await writer.write([['public.c', '1', ['5']]], { rehearse: true })).toMatchObject({ kind: 'refused' });
    expect(
      await writer.write([
        ['public.c', '1', ['5']],
        ['public.p', '5', []],
      ]),
    ).toMatchObject({ kind: 'committed' });
    await own.close();
  });
});

describe('attempts', () => {
  test('a plan that wants nothing leaves the number unused', async () => {
    const outcome = await t.side.store.commit({ lane: 2, previous: 0, number: 5, read: [], plan: () => null });
    expect(outcome).toMatchObject({ kind: 'committed', plan: null });
    expect(await rows('select number::int from isthmus.progress where lane = 2')).toEqual([[0]]);
  });

  test('a rehearsal writes nothing', async () => {
    expect(await lane.write([['public.a', '50', ['v', null, null, null]]], { rehearse: true })).toMatchObject({
      kind: 'committed',
    });
    expect(await rows('select 1 from a where id = 50')).toEqual([]);
  });
});

test('a role that may make an origin and not say what it stands for writes without one', async () => {
  const database = await postgres.freshDatabase();
  const own = await testSide({ ...database, schema: 'create table a (id int primary key, v text)' });
  await own.side.close();
  const role = `${database.name}_half`;
  await own.user.query(`create role ${role} login password 'half';
    grant usage on schema isthmus to ${role}; grant all on all tables in schema isthmus, public to ${role};
    grant execute on function pg_replication_origin_create, pg_replication_origin_session_setup to ${role}`);
  const half = new URL(database.url);
  half.username = role;
  half.password = 'half';
  const { entities, user } = own;
  const { name } = database;
  const side = await openPostgres({ url: half.href, name, entities, log: silentLogger, clock: systemClock });
  await side.store.takeOver(1, 1);
  expect(await new TestLane(side).write([['public.a', '1', ['v']]])).toMatchObject({ kind: 'committed' });
  await side.close();
  await user.query(`drop owned by ${role}; drop role ${role}`);
  await user.end();
});
