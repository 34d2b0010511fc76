/** The record of conflicts in use: explained, replayed, counted over restarts and retention, by API and command line. */
import { beforeAll, expect, test } from 'vitest';
import type { Explanation } from '../src/app/record/explain.js';
import type { ReplayReport } from '../src/app/record/replay.js';
import type { SyncNumbers } from '../src/app/sync.js';
import { runProgram } from '../src/cli/program.js';
import { makeStyle } from '../src/cli/terminal.js';
import type { StartedSync } from '../src/index.js';
import { start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import { atOnce, conflictsOf, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
let rig: Rig;
let sync: StartedSync;

const schema = `
create table users (id int primary key, name text, age int, email text, tags text[]);
create table lines (order_id int, line int, product text, primary key (order_id, line));
create table settings (id int primary key, value int);
insert into users values (1, 'Ada', 30, 'ada@example.com', '{a}'), (2, 'Bob', 40, null, null);
insert into lines values (1, 1, 'pen'), (1, 2, 'ink');
insert into settings values (1, 1), (2, 1);
`;

async function begin(record: { keep?: string; most?: number } = {}): Promise<StartedSync> {
  const started = await start({ ...rig.config, record }, { retentionEveryMs: 50 });
  rig.atEnd(() => started.stop().catch(() => undefined));
  return started;
}

beforeAll(async () => {
  rig = await rigs.open({
    schema,
    config: {
      initial: 'sql',
      entities: [
        { table: 'users', conflict: { strategy: 'merge', fields: { name: 'prefer_mongodb', tags: 'set' } } },
        { table: 'lines', conflict: { strategy: 'prefer_sql' } },
        { table: 'settings', conflict: { strategy: 'manual' } },
      ],
    },
  });
  sync = await begin();
  await settle(sync);
  await atOnce(
    sync,
    () =>
      rig.sql.query(`
        update users set name = 'Ada L.', age = 31, tags = '{a,b}' where id = 1;
        update lines set product = 'quill' where order_id = 1 and line = 2;
        update settings set value = 2 where id = 1`),
    async () => {
      const set = (collection: string, _id: unknown, $set: object) =>
        rig.db.collection(collection).updateOne({ _id: _id as never }, { $set });
      await set('users', 1, { name: 'Countess', email: 'countess@example.com', tags: ['a', 'c'] });
      await set('lines', { order_id: 1, line: 2 }, { product: 'blood' });
      await set('settings', 1, { value: 3 });
    },
  );
});

async function ask<T>(path: string, status = 200): Promise<T> {
  const answer = await fetch(new URL(path, sync.url));
  expect(answer.status).toBe(status);
  return (await answer.json()) as T;
}

function explained(table: string, key: string): Promise<Explanation> {
  return ask(`/api/explain?${new URLSearchParams({ table, key })}`);
}

function origins({ fields }: Explanation): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ field, origin }) => [field, origin]));
}

async function cli(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const out = (line: string): void => void lines.push(line);
  const terminal = { live: false, columns: 120, width: 120, style: makeStyle(false), out, err: out, draw: () => {} };
  const code = await runProgram([...args, '--url', sync.url], {
    terminal,
    env: {},
    stopping: new AbortController().signal,
  });
  expect([code, lines.join('\n')]).toEqual([0, expect.any(String)]);
  return lines.join('\n');
}

test('explain: which side, which conflict and which rule gave each field its value', async () => {
  const [stored] = await conflictsOf(rig, { table: 'public.users' });
  const of = await explained('public.users', '1');
  expect(of).toMatchObject({ key: 1, equal: true, pending: null, present: { sql: true, mongodb: true } });
  expect(origins(of)).toMatchObject({
    name: { from: 'conflict', conflict: { conflictId: stored?.conflictId, rule: 'prefer_mongodb', taken: 'mongodb' } },
    age: { from: 'conflict', conflict: { onlyChangedBy: 'sql', taken: 'sql', rule: null } },
    email: { from: 'conflict', conflict: { onlyChangedBy: 'mongodb', taken: 'mongodb' } },
    tags: { from: 'conflict', conflict: { rule: 'set', taken: 'merged' } },
  });
  await rig.sql.query('update users set age = 32 where id = 1');
  await settle(sync);
  const later = await explained('public.users', '1');
  expect(later.fields.find(({ field }) => field === 'age')).toMatchObject({ sql: 32, mongodb: 32 });
  expect(origins(later)).toMatchObject({ name: { from: 'conflict' }, age: { from: 'later_change', side: null } });
  expect(origins(await explained('public.users', '2'))).toMatchObject({ name: { from: 'no_conflict' } });
});

test('explain: a composite key, a pending conflict first, no such record, and what is no key', async () => {
  expect(origins(await explained('public.lines', '{"line": 2, "order_id": 1}'))).toMatchObject({
    product: { from: 'conflict', conflict: { strategy: 'prefer_sql', taken: 'sql', rule: null } },
  });
  const waiting = await explained('public.settings', '1');
  expect(waiting).toMatchObject({ equal: false, pending: { kind: 'write_write', strategy: 'manual' } });
  expect(waiting.fields).toMatchObject([{ field: 'value', sql: 2, mongodb: 3, origin: { from: 'pending' } }]);
  expect(await explained('public.users', '99')).toMatchObject({ present: { sql: false, mongodb: false }, fields: [] });
  expect(await ask('/api/explain?table=public.users&key=x', 400)).toMatchObject({ code: 'request_invalid' });
  expect(await ask('/api/explain?table=public.usrs&key=1', 404)).toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('did you mean "public.users"?'),
  });
});

test('replay: the configuration decides the same, another strategy is told with what differs, and nothing changes', async () => {
  const before = await conflictsOf(rig);
  const replay = (query: string) => ask<ReplayReport>(`/api/conflicts/replay?${query}`);
  expect(await replay('strategy=configured')).toMatchObject({ replayed: 3, same: 3, differences: [] });
  const sql = await replay('strategy=prefer_sql&since=1h');
  expect(sql).toMatchObject({ replayed: 3, same: 1, different: 1, wouldDecide: 1, wouldWait: 0 });
  const users = sql.differences.find(({ table }) => table === 'public.users');
  expect(users?.fields).toEqual([
    { field: 'name', was: 'Countess', would: 'Ada L.', rule: null },
    { field: 'email', was: 'countess@example.com', would: 'ada@example.com', rule: null },
    { field: 'tags', was: expect.any(Array), would: ['a', 'b'], rule: null },
  ]);
  expect(await replay('strategy=manual')).toMatchObject({ same: 1, wouldWait: 2 });
  expect(await replay('strategy=custom')).toMatchObject({ replayed: 0, skipped: 3, unfit: [{}, {}, {}] });
  expect(await replay('strategy=lww&table=public.lines')).toMatchObject({ replayed: 1 });
  expect(await ask('/api/conflicts/replay?strategy=lww&table=public.none', 404)).toMatchObject({ code: 'not_found' });
  expect(await conflictsOf(rig)).toEqual(before);
  expect(await ask('/api/status')).toMatchObject({ conflicts: { total: 3, pending: 1 } });
});

test('the commands say the same', async () => {
  expect(await cli('explain', 'public.users', '1')).toMatch(
    /^name +"Countess" +=? +\[1\] prefer_mongodb: mongodb’s value$/m,
  );
  const waiting = await cli('explain', 'public.settings', '1');
  expect(waiting).toMatch(/Waits for a person since .*\n {2}→ isthmus conflicts show /);
  expect(waiting).toMatch(/^value +2 +3 +waits for a person$/m);
  expect(await cli('conflicts', 'replay', '--strategy', 'prefer_sql')).toMatch(/^another value +1$/m);
  expect(await cli('conflicts', 'stats')).toMatch(/^waiting for a person +1$/m);
  expect(JSON.parse(await cli('conflicts', 'stats', '--json'))).toMatchObject({ total: 3, pendingManual: 1 });
});

test('numbers outlive a restart and retention; what waits for a person stays', async () => {
  const expected = {
    autoResolutionRate: 2 / 3,
    manualResolutionPending: 1,
    conflicts: {
      total: 3,
      last24h: 3,
      byTable: { 'public.users': 1, 'public.lines': 1, 'public.settings': 1 },
      byKind: { write_write: 3, insert_insert: 0 },
      byStrategy: { merge: 1, prefer_sql: 1, manual: 1 },
      pendingManual: 1,
    },
  };
  const before = await ask<SyncNumbers>('/api/metrics');
  expect(before).toMatchObject(expected);
  expect(before.conflictRate).toBeGreaterThan(0);
  expect(before.conflicts.avgResolutionMs).not.toBeNull();
  await sync.stop();
  sync = await begin({ keep: '1s' });
  await waitFor(async () => (await conflictsOf(rig)).length === 1, {
    what: 'decided conflicts to go',
    limitMs: 20_000,
  });
  const after = await ask<SyncNumbers>('/api/metrics');
  expect(after).toMatchObject(expected);
  expect(after.conflicts.avgResolutionMs).toBe(before.conflicts.avgResolutionMs);
  expect(await conflictsOf(rig)).toMatchObject([{ table: 'public.settings', state: 'pending' }]);
  expect(await ask('/api/status')).toMatchObject({ conflicts: { total: 3, pending: 1 } });
  expect(origins(await explained('public.users', '1'))).toMatchObject({ name: { from: 'no_conflict' } });
});
