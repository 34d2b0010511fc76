/** Modules of the user's, with real servers: one decides, one fails in every way there is, and everything else goes on crossing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConfigInput, StartedSync } from '../src/index.js';
import { runCli } from '../src/testing/cli/cli-process.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import { atOnce, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const folder = await mkdtemp(join(tmpdir(), 'isthmus-modules-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What it does is what the record's name says. */
const users = join(folder, 'users.mjs');
await writeFile(
  users,
  `export default ({ base, sql, mongodb, meta }) => {
  if (base.name === 'throws') throw new RangeError(mongodb.secret);
  if (base.name === 'hangs') for (;;);
  if (base.name === 'promises') return Promise.resolve(sql);
  if (base.name === 'renames') return { ...sql, _id: 99 };
  if (base.name === 'misfits') return { ...sql, visits: mongodb.secret };
  if (base.name === 'adds') return { ...sql, extra: 1 };
  return { ...(meta.sqlTime > meta.mongodbTime ? sql : mongodb), visits: sql.visits + mongodb.visits - base.visits };
};`,
);
const failing: readonly (readonly [string, RegExp])[] = [
  ['throws', /users\.mjs threw RangeError at line 2\.$/],
  ['hangs', /users\.mjs did not answer within 1000 ms\.$/],
  ['promises', /users\.mjs returned a promise/],
  ['renames', /_id is another key/],
  ['misfits', /field visits: the value does not fit integer/],
  ['adds', /the field extra, which is not mapped/],
];
const prices = join(folder, 'prices.mjs');
await writeFile(prices, 'export default ({ sql, mongodb }) => (Number(sql) + Number(mongodb)) / 2;');

const schema = `
create table users (id int primary key, name text, visits int, secret text);
create table items (id int primary key, name text, price numeric(10, 2));
create table plain (id int primary key, n int);
insert into users values (1, 'good', 5, 'x');
insert into users select 1 + n, name, 5, 'x' from unnest(array['throws','hangs','promises','renames','misfits','adds']) with ordinality as t (name, n);
insert into items values (1, 'a', 10);
insert into plain values (1, 0);
`;
const entities: ConfigInput['entities'] = [
  { table: 'users', conflict: { strategy: 'custom', module: users } },
  { table: 'items', conflict: { strategy: 'merge', fields: { price: { custom: prices } } } },
  { table: 'plain' },
];
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({ schema, config: { entities, initial: 'sql' } });
});

test('a module that cannot be used is an error at the start, which ends the process with 2', async () => {
  const missing = join(folder, 'gone.mjs');
  const config = { entities: [{ table: 'users', conflict: { strategy: 'custom', module: missing } }] } as const;
  await expect(rig.start({}, config)).rejects.toMatchObject({
    code: 'resolver_invalid',
    message: expect.stringMatching(/gone\.mjs cannot be loaded: .*public\.users/s),
  });
  const child = await startChild(rig, { config });
  expect((await child.ended).code).toBe(2);
  expect(child.said()).toMatch(/resolver_invalid: .*gone\.mjs/);
});

test('a module decides; one that fails leaves its record to a person, and nothing waits for that', async () => {
  sync = await rig.start();
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query(`update users set visits = visits + 1; update items set price = 20; update plain set n = 7`),
    async () => {
      await rig.db.collection('users').updateMany({}, { $inc: { visits: 10 }, $set: { secret: 'hunter2' } });
      await rig.db.collection('items').updateOne({ _id: 1 as never }, { $set: { price: 40, name: 'b' } });
    },
  );
  const { pending } = sync.status().conflicts;
  expect(pending).toBe(failing.length);

  const visits = await rig.sql.query('select visits, secret from users where id = 1');
  expect(visits.rows).toEqual([{ visits: 16, secret: 'hunter2' }]);
  expect(await conflictsOf(rig, { key: 1, table: 'public.users' })).toMatchObject([
    { strategy: 'custom', resolution: 'merged', state: 'resolved' },
  ]);
  const item = await rig.sql.query('select name, price from items');
  expect(item.rows).toEqual([{ name: 'b', price: '30.00' }]);
  expect(await conflictsOf(rig, { table: 'public.items' })).toMatchObject([
    { strategy: 'merge', resolution: 'merged', fields: { price: 'custom' } },
  ]);

  for (const [index, [, reason]] of failing.entries()) {
    const [conflict, ...more] = await conflictsOf(rig, { key: index + 2, table: 'public.users' });
    expect(more).toEqual([]);
    expect(conflict).toMatchObject({ state: 'pending', strategy: 'custom', reason: expect.stringMatching(reason) });
    expect(conflict?.['reason']).not.toContain('hunter2');
  }

  await rig.sql.query(`update plain set n = 8; insert into users values (20, 'late', 1, null)`);
  await rig.db.collection('users').updateOne({ _id: 1 as never }, { $inc: { visits: 1 } });
  const except = failing.map((_, index) => String(index + 2));
  await expectEqual(rig, sync, [
    { table: 'users', key: ['id'], except },
    { table: 'items', key: ['id'] },
    { table: 'plain', key: ['id'] },
  ]);
  expect(sync.status().conflicts.pending).toBe(failing.length);
});

test('a record that a module failed at is decided by a person', async () => {
  const [conflict] = await conflictsOf(rig, { key: 2, table: 'public.users' });
  await sync.decide(conflict?.conflictId as string, { use: 'mongodb', seen: conflict?.['seen'] as string, by: 'test' });
  await waitFor(() => sync.status().conflicts.pending === failing.length - 1, { what: 'one conflict less to decide' });
  expect((await rig.sql.query('select visits from users where id = 2')).rows).toEqual([{ visits: 15 }]);
});

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly id: string; readonly state: string; readonly what: string }[];
}

async function check(module: string, ...args: string[]): Promise<{ code: number | null; report: Report }> {
  const file = join(folder, 'isthmus.yaml');
  const conflict = { strategy: 'custom', module };
  // JSON is YAML.
  await writeFile(
    file,
    JSON.stringify({ ...rig.config, entities: [{ table: 'users', conflict }, { table: 'plain' }] }),
  );
  const { code, stdout, stderr } = await runCli(['check', '-c', file, '--json', ...args]);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) as Report };
}

test('check --resolvers tells a module that is not deterministic, and one that prefers a side', async () => {
  await writeFile(join(folder, 'random.mjs'), 'export default (x) => (Math.random() < 0.5 ? x.sql : x.mongodb);');
  // Relative to the configuration.
  const random = await check('random.mjs', '--resolvers');
  expect(random).toMatchObject({ code: 1, report: { ok: false } });
  expect(random.report.findings).toMatchObject([
    { state: 'failed', what: expect.stringMatching(/public\.users \(custom\) is not deterministic/) },
    { state: 'ok', what: expect.stringMatching(/public\.plain \(lww\)/) },
    { state: 'ok', what: expect.stringMatching(/lww gives equal and unknown times to SQL, by design/) },
  ]);
  await writeFile(join(folder, 'partial.mjs'), 'export default ({ sql }) => sql;');
  const partial = await check('./partial.mjs', '--resolvers');
  expect(partial).toMatchObject({ code: 0, report: { ok: true } });
  expect(partial.report.findings).toContainEqual(
    expect.objectContaining({ id: 'resolver.public.users.sides', state: 'warning' }),
  );
});

test('check tells a module that cannot be loaded, with or without --resolvers', async () => {
  for (const args of [[], ['--resolvers']]) {
    const { code, report } = await check('gone.mjs', ...args);
    expect(code).toBe(1);
    const told = report.findings.filter(({ id }) => id.startsWith('resolver.') && id.endsWith('gone.mjs'));
    expect(told).toMatchObject([{ state: 'failed', what: expect.stringContaining('gone.mjs cannot be loaded') }]);
  }
});
