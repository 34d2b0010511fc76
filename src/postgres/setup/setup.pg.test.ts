/** What `prepare`, `check` and `teardown` do to a real server, also when they are cut short or lack rights. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import type { Finding } from '../../base/finding.js';
import { silentLogger } from '../../base/logger.js';
import { testPostgres } from '../../testing/servers/fixtures/test-postgres.js';
import { openPostgres, type PostgresSide } from '../open.js';
import { changesOf, mapTables, readAll } from '../test-side.js';

const postgres = await testPostgres();
let url: string;
let name: string;
let user: pg.Client;
const sides: PostgresSide[] = [];

async function open(tables: readonly string[], as = url): Promise<PostgresSide> {
  const side = await openPostgres({
    url: as,
    name,
    entities: await mapTables(url, tables),
    log: silentLogger,
    clock: systemClock,
  });
  sides.push(side);
  return side;
}

async function statements(work: (onStatement: (statement: string) => void) => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  await work((statement) => said.push(statement));
  return said;
}

const prepare = (side: PostgresSide, dryRun = false) =>
  statements((onStatement) => side.prepare({ dryRun, onStatement }));
const teardown = (side: PostgresSide) => statements((onStatement) => side.teardown({ dryRun: false, onStatement }));
const values = async (text: string): Promise<unknown[]> =>
  ((await user.query({ text, rowMode: 'array' })).rows as unknown[][]).map((row) => row[0]);
const published = () =>
  values(
    `select schemaname || '.' || tablename from pg_publication_tables where pubname = 'isthmus_${name}' order by 1`,
  );
const state = (findings: readonly Finding[], id: string) => findings.find((finding) => finding.id === id);

beforeAll(async () => {
  ({ url, name } = await postgres.freshDatabase());
  user = new pg.Client({ connectionString: url });
  await user.connect();
  await user.query(`create table a (id int primary key, v text); create table "Odd ""b" (id int primary key);
    create table p (id int primary key) partition by range (id); create table p1 partition of p for values from (0) to (10)`);
});
afterAll(async () => {
  await Promise.all(sides.map((side) => side.close()));
  await user.end();
});

describe('prepare', () => {
  test('tells everything and does nothing in a dry run; then does it, then finds nothing left', async () => {
    const side = await open(['public.*']);
    const told = await prepare(side, true);
    expect(await values(`select nspname from pg_namespace where nspname = 'isthmus'`)).toEqual([]);
    expect(await prepare(side)).toEqual(told);
    expect(told.some((statement) => statement.includes('"Odd ""b" replica identity full'))).toBe(true);
    expect(await prepare(side)).toEqual([]);
    expect(await published()).toEqual(['isthmus.progress', 'public.Odd "b', 'public.a', 'public.p']);
    expect(await values(`select relreplident::text from pg_class where relname in ('a', 'Odd "b', 'p', 'p1')`)).toEqual(
      ['f', 'f', 'f', 'f'],
    );
  });

  test('is finished by another one wherever it was cut', async () => {
    const whole = await prepareFromNothing(Number.POSITIVE_INFINITY);
    for (let cut = 1; cut < whole; cut++) await prepareFromNothing(cut);
  });

  async function prepareFromNothing(cut: number): Promise<number> {
    const side = await open(['public.a']);
    await teardown(side);
    let done = 0;
    await side
      .prepare({
        dryRun: false,
        onStatement: () => {
          if (done++ === cut) throw new Error('killed');
        },
      })
      .catch(() => undefined);
    await prepare(side);
    const reader = await side.source.open(await side.source.begin());
    await user.query('delete from a; insert into a values (1)');
    expect(changesOf(await readAll(side, reader)).length).toBeGreaterThan(0);
    await reader.close();
    await side.close();
    return done;
  }

  test('follows the mapping: tables come and go', async () => {
    const less = await open(['public.a']);
    await prepare(less);
    const more = await open(['public.a', 'public.p']);
    expect(await prepare(more)).toEqual(expect.arrayContaining([expect.stringMatching(/add table "public"."p"/)]));
    expect(await published()).toContain('public.p');
    expect(await prepare(less)).toEqual([expect.stringMatching(/drop table "public"."p"/)]);
  });

  test('says what an administrator has to run where the role may not', async () => {
    await user.query(
      `create role ${name}_weak login password 'weak'; grant connect on database ${name} to ${name}_weak`,
    );
    const weak = new URL(url);
    weak.username = `${name}_weak`;
    weak.password = 'weak';
    const side = await open(['public.a'], weak.href);
    await teardown(await open(['public.a']));
    await expect(prepare(side)).rejects.toMatchObject({
      code: 'permission_denied',
      remedy: expect.stringContaining('create schema'),
    });
    const findings = await side.inspect();
    expect(
      findings.filter((finding) => finding.state === 'failed').map((finding) => [finding.id, finding.remedy]),
    ).toEqual([
      ['sql.replication', expect.stringContaining(`alter role "${name}_weak" replication`)],
      ['sql.metadata', `grant create on database "${name}" to "${name}_weak";`],
      ['sql.table.public.a.rights', `grant select, insert, update, delete on "public"."a" to "${name}_weak";`],
      ['sql.table.public.a.identity', expect.stringContaining('replica identity full')],
    ]);
    expect(state(findings, 'sql.triggers')).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('session_replication_role'),
    });
    await side.close();
    await user.query(`drop owned by ${name}_weak; drop role ${name}_weak`);
  });
});

describe('teardown', () => {
  test('removes all that was made, gives back the replica identity, and can be repeated', async () => {
    const side = await open(['public.a']);
    await prepare(side);
    await side.store.takeOver(1, 2);
    await side.store.commit({
      lane: 1,
      previous: 0,
      number: 1,
      read: [],
      plan: () => ({ writes: [], hold: [], drop: [], settlements: [] }),
    });
    await teardown(side);
    expect(await teardown(side)).toEqual([]);
    expect(await values(`select relreplident::text from pg_class where relname = 'a'`)).toEqual(['d']);
    expect(
      await values(`select nspname from pg_namespace where nspname = 'isthmus' union all select pubname from pg_publication where pubname like '%${name}'
      union all select slot_name from pg_replication_slots where slot_name = 'isthmus_${name}' union all select roname from pg_replication_origin where roname like 'isthmus_${name}%'`),
    ).toEqual([]);
  });

  test('leaves another sync of the same database alone', async () => {
    const side = await open(['public.a']);
    await prepare(side);
    const other = await openPostgres({
      url,
      name: `${name}_2`,
      entities: await mapTables(url, ['public.a']),
      log: silentLogger,
      clock: systemClock,
    });
    sides.push(other);
    await prepare(other);
    await other.store.takeOver(1, 1);
    await teardown(side);
    expect(await values(`select relreplident::text from pg_class where relname = 'a'`)).toEqual(['f']);
    expect(await prepare(other)).toEqual([]);
    expect(await values('select name from isthmus.progress')).toEqual([`${name}_2`]);
    await teardown(other);
  });
});

describe('inspect', () => {
  test('has nothing to say against a prepared server', async () => {
    const side = await open(['public.a']);
    expect(state(await side.inspect(), 'sql.slots')).toMatchObject({ state: 'ok' });
    await prepare(side);
    const findings = await side.inspect();
    expect(findings.filter((finding) => finding.state !== 'ok')).toEqual([]);
    expect(state(findings, 'sql.slot')).toMatchObject({ what: expect.stringContaining('not in use') });
  });

  test('finds a table that is gone, a key that cannot be named, a lost replica identity', async () => {
    await user.query('create table gone (id int primary key); create table late (id int primary key deferrable)');
    const side = await open(['public.a', 'public.gone', 'public.late']);
    await prepare(side);
    await user.query('drop table gone; alter table a replica identity default');
    const findings = await side.inspect();
    expect(state(findings, 'sql.table.public.gone')).toMatchObject({ state: 'failed' });
    expect(state(findings, 'sql.table.public.late.key')).toMatchObject({ state: 'failed' });
    expect(state(findings, 'sql.table.public.a.identity')).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('alter table "public"."a" replica identity full'),
    });
  });
});

test('a wrong password and a server that does not answer are told apart, without the secret', async () => {
  const wrong = new URL(url);
  wrong.password = 'not-it';
  const options = { name, entities: new Map(), log: silentLogger, clock: systemClock };
  await expect(openPostgres({ url: wrong.href, ...options })).rejects.toMatchObject({
    code: 'authentication_failed',
    message: expect.not.stringContaining('not-it'),
  });
  wrong.port = '1';
  await expect(openPostgres({ url: wrong.href, ...options })).rejects.toMatchObject({
    code: 'sql_unreachable',
    message: expect.not.stringContaining('not-it'),
  });
});
