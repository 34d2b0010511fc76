/** What can no longer be followed stops and says so, and the rest goes on; what may have been missed ends the process with 4. */
import { expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import { expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const tables = ['cut', 'gone', 'renamed', 'fewer', 'newname', 'no_collection', 'other_name', 'fine'] as const;

function stopOf(sync: StartedSync, table: string): string | null {
  return sync.status().entities.find((entity) => entity.table === `public.${table}`)?.stopped ?? null;
}

/** What is done to an entity, and a word of the reason that is shown. */
const ends: readonly {
  readonly table: (typeof tables)[number];
  readonly what: string;
  readonly act: (rig: Rig) => Promise<unknown>;
  readonly reason: RegExp;
}[] = [
  { table: 'cut', what: 'a truncate', act: ({ sql }) => sql.query('truncate cut'), reason: /truncat/i },
  {
    table: 'fewer',
    what: 'a dropped column',
    act: ({ sql }) => sql.query(`alter table fewer drop column title; update fewer set n = 2`),
    reason: /title/,
  },
  {
    table: 'newname',
    what: 'a renamed column',
    act: ({ sql }) => sql.query(`alter table newname rename column title to heading; update newname set n = 2`),
    reason: /title/,
  },
  {
    table: 'renamed',
    what: 'a renamed table',
    act: ({ sql }) => sql.query(`alter table renamed rename to renamed_now; update renamed_now set n = 2`),
    reason: /renamed/,
  },
  {
    table: 'no_collection',
    what: 'a dropped collection',
    act: ({ db }) => db.dropCollection('no_collection'),
    reason: /drop/i,
  },
  {
    table: 'other_name',
    what: 'a renamed collection',
    act: ({ db }) => db.renameCollection('other_name', 'another'),
    reason: /renam/i,
  },
];

test('an entity that can no longer be followed stops with its reason, in this process and the next; others go on', async () => {
  const rig = await rigs.open({
    schema: tables
      .map(
        (name) =>
          `create table ${name} (id int primary key, title text, n int); insert into ${name} values (1, 'first', 1);`,
      )
      .join('\n'),
    config: { initial: 'sql', entities: tables.map((table) => ({ table })) },
  });
  const sync = await rig.start();
  await settle(sync);
  for (const { table, what, act, reason } of ends) {
    await act(rig);
    const stopped = await waitFor(() => stopOf(sync, table), { what: `the stop after ${what}` });
    expect(stopped).toMatch(reason);
    await rig.sql.query('update fine set n = n + 1');
    await rig.db.collection<{ _id: number }>('fine').updateOne({ _id: 1 }, { $set: { title: what } });
    await expectEqualFine(rig, sync);
  }
  // What a stop is for: the truncate did not empty the other side.
  expect(await rig.db.collection('cut').countDocuments()).toBe(1);
  // This process still maps the column: it says so, and the others go on.
  await expect(sync.load('public.fewer', 'sql')).rejects.toMatchObject({ code: 'mapping_outdated' });
  await expectEqualFine(rig, sync);
  await sync.stop();
  // With their tables gone no mapping is possible: these are taken out, as the operator would.
  const kept = tables.filter((table) => !['renamed', 'newname'].includes(table));
  const second = await rig.start({}, { entities: kept.map((table) => ({ table })) });
  for (const table of ['cut', 'fewer', 'no_collection', 'other_name']) expect(stopOf(second, table)).not.toBeNull();
  await rig.sql.query('update fine set n = 100');
  await expectEqualFine(rig, second);
  for (const table of ['cut', 'fewer']) {
    await second.load(`public.${table}`, 'sql');
    await waitFor(() => stopOf(second, table) === null, { what: 'the entity to be followed again' });
  }
  await rig.sql.query('update fewer set n = 3');
  await waitFor(() => rig.db.collection('fewer').findOne({ n: 3 }), {
    what: 'a change of the table with fewer columns',
  });
  await rig.sql.query(`insert into cut values (7, 'again', 1)`);
  await waitFor(() => rig.db.collection<{ _id: number }>('cut').findOne({ _id: 7 }), {
    what: 'its changes to cross again',
  });
});

test('a column that is dropped while its table is loaded stops that table alone', async () => {
  const rig = await rigs.open({
    schema: `create table large (id int primary key, title text); create table fine (id int primary key, title text, n int);
      insert into large select i, 'x' from generate_series(1, 5000) i; insert into fine values (1, 'a', 1);`,
    config: { initial: 'sql', entities: [{ table: 'large' }, { table: 'fine' }], apply: { batch: 50 } },
  });
  const sync = await rig.start();
  await sync.pause();
  expect(sync.status().entities[0]?.load.state).toBe('open');
  await rig.sql.query('alter table large drop column title');
  await sync.resume();
  expect(await waitFor(() => stopOf(sync, 'large'), { what: 'the stop' })).toMatch(/title/);
  await rig.sql.query('update fine set n = 2');
  await expectEqualFine(rig, sync);
});

async function expectEqualFine(rig: Rig, sync: StartedSync): Promise<void> {
  await settle(sync);
  const { rows } = await rig.sql.query('select title, n from fine');
  expect(await rig.db.collection('fine').findOne({}, { projection: { _id: 0 } })).toEqual(rows[0]);
}

test('a dropped table stops its entity', async () => {
  const rig = await twoTables();
  const sync = await rig.start();
  await settle(sync);
  await rig.sql.query(`drop table gone`);
  // PostgreSQL's log does not tell of it: what the sync writes there next does.
  await rig.db.collection<{ _id: number }>('gone').updateOne({ _id: 1 }, { $set: { title: 'after' } });
  await waitFor(() => stopOf(sync, 'gone') !== null || sync.status().deadLetters > 0, {
    what: 'the stop',
    limitMs: 20_000,
  });
  await rig.sql.query('update fine set n = 5');
  await expectEqual(rig, sync, []).catch(() => undefined);
  await waitFor(async () => (await rig.db.collection('fine').findOne())?.['n'] === 5, {
    what: 'the other table to cross',
  });
});

const twoTables = (): Promise<Rig> =>
  rigs.open({
    schema: ['gone', 'fine']
      .map(
        (name) =>
          `create table ${name} (id int primary key, title text, n int); insert into ${name} values (1, 'first', 1);`,
      )
      .join('\n'),
    config: { initial: 'sql', entities: [{ table: 'gone' }, { table: 'fine' }] },
  });

test('a lost slot ends the process with 4 and says what to do, instead of going on with a gap', async () => {
  const rig = await twoTables();
  const sync = await rig.start();
  await settle(sync);
  await sync.stop();
  await rig.sql.query(`select pg_drop_replication_slot($1)`, [`isthmus_${rig.name}`]);
  await rig.sql.query('update fine set n = 6');
  const child = await startChild(rig);
  expect({ ...(await child.ended), said: child.said() }).toMatchObject({ code: 4 });
  expect(child.said()).toContain('slot_lost:');
  expect(child.said()).toContain('`isthmus teardown`, `isthmus run`, `isthmus load`');
});

test('a lost resume token ends the process with 4 and says what to do', async () => {
  const rig = await twoTables();
  const sync = await rig.start();
  await settle(sync);
  const stream = rig.db.collection('fine').watch();
  await stream.tryNext();
  await rig.db.collection('fine').updateOne({}, { $set: { n: 7 } });
  const token = ((await stream.next())._id as { readonly _data: string })._data;
  await stream.close();
  await settle(sync);
  await sync.stop();
  // An event of long ago, which the log does not hold. A mere point in time would do where the log was never cut.
  const { rowCount } = await rig.sql.query(
    `update isthmus.progress set saved = regexp_replace(saved::text, '"82[0-9A-Fa-f]+', '"' || $1, 'g')::jsonb where saved::text ~ '"82[0-9A-F]{8}'`,
    [token.replace(/^82[0-9A-F]{8}/i, '8260000000')],
  );
  expect(rowCount).toBeGreaterThan(0);
  const child = await startChild(rig);
  expect({ ...(await child.ended), said: child.said() }).toMatchObject({ code: 4 });
  expect(child.said()).toContain('token_lost:');
  expect(child.said()).toContain('`isthmus teardown`, `isthmus run`, `isthmus load`');
});
