/** Conflicts that wait for a person: shown, decided by program, API and command line, refused where a side has moved, kept over a restart. */
import { beforeAll, expect, test } from 'vitest';
import { runProgram } from '../src/cli/program.js';
import { makeStyle } from '../src/cli/terminal.js';
import { type StartedSync, start } from '../src/index.js';
import { waitFor } from '../src/testing/wait-for.js';
import type { TablePair } from './compare-independently.js';
import { atOnce, type ConflictDocument, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const pairs: TablePair[] = [{ table: 'notes', key: ['id'] }];
let rig: Rig;
let sync: StartedSync;

beforeAll(async () => {
  rig = await rigs.open({
    schema: 'create table notes (id int primary key, title text check (title <> $$bad$$), n int, code text unique);',
    config: { entities: [{ table: 'notes', conflict: { strategy: 'manual', delete: 'manual' } }] },
  });
  sync = await begin();
});

/** With its API, which the command line asks. */
async function begin(): Promise<StartedSync> {
  const started = await start(rig.config);
  rig.atEnd(() => started.stop());
  return started;
}

async function plant(id: number): Promise<void> {
  await rig.sql.query('insert into notes values ($1, $$first$$, 0)', [id]);
  await settle(sync);
}

const setSql = (id: number, title: string) => () =>
  rig.sql.query('update notes set title = $2 where id = $1', [id, title]);
const setMongo = (id: number, title: string) => () =>
  rig.db.collection('notes').updateOne({ _id: id as never }, { $set: { title } });

async function collide(id: number): Promise<ConflictDocument> {
  await plant(id);
  await atOnce(sync, setSql(id, 'sql'), setMongo(id, 'mongo'));
  return pendingOf(id);
}

async function pendingOf(id: number): Promise<ConflictDocument> {
  const found = await waitFor(
    async () => (await conflictsOf(rig, { table: 'public.notes', key: id, state: 'pending' }))[0] ?? null,
    { what: 'a pending conflict' },
  );
  return found as ConflictDocument;
}

async function titles(id: number): Promise<{ sql: unknown; mongodb: unknown }> {
  const sql = (await rig.sql.query<{ title: string }>('select title from notes where id = $1', [id])).rows[0];
  const document = await rig.db.collection('notes').findOne({ _id: id as never });
  return { sql: sql?.title ?? null, mongodb: document?.['title'] ?? null };
}

const both = (title: string | null) => ({ sql: title, mongodb: title });
const seenOf = (conflict: ConflictDocument): string => conflict['seen'] as string;

test.each(['sql', 'mongodb', 'base'] as const)(
  'the version %s is written on both sides, with who and when',
  async (use) => {
    const id = { sql: 1, mongodb: 2, base: 3 }[use];
    const conflict = await collide(id);
    const shown = await sync.decide(conflict.conflictId, { use, seen: seenOf(conflict), by: 'nightshift' });
    const title = { sql: 'sql', mongodb: 'mongo', base: 'first' }[use];
    expect(await titles(id)).toEqual(both(title));
    const resolution = { sql: 'sql_wins', mongodb: 'mongo_wins', base: 'merged' }[use];
    expect(shown).toMatchObject({ state: 'resolved', resolution, resolvedBy: 'nightshift', strategy: 'manual' });
    expect(typeof shown['resolvedAt']).toBe('string');
    await expectEqual(rig, sync, pairs);
    expect(await conflictsOf(rig, { key: id })).toHaveLength(1);
  },
);

test('a value of one’s own is written on both sides; one that does not fit is refused and changes nothing', async () => {
  const conflict = await collide(4);
  const decide = (value: unknown) =>
    sync.decide(conflict.conflictId, { use: 'value', value, seen: seenOf(conflict), by: 'me' });
  await expect(decide({ _id: 4, title: 'both', n: 'many', code: null })).rejects.toMatchObject({
    code: 'decision_refused',
  });
  await expect(decide({ _id: 5, title: 'both', n: 1, code: null })).rejects.toMatchObject({ code: 'decision_refused' });
  // Left out it is no null, which would delete the record.
  await expect(decide(undefined)).rejects.toMatchObject({ code: 'request_invalid' });
  expect(await titles(4)).toEqual({ sql: 'sql', mongodb: 'mongo' });
  expect(await decide({ _id: 4, title: 'both', n: 7, code: null })).toMatchObject({ resolution: 'merged' });
  expect(await titles(4)).toEqual(both('both'));
  await expectEqual(rig, sync, pairs);
});

test('a decision about versions that have moved is refused, and the newer ones are shown', async () => {
  const conflict = await collide(5);
  await setMongo(5, 'newer')();
  await settle(sync);
  const decision = { use: 'sql', by: 'me' } as const;
  await expect(sync.decide(conflict.conflictId, { ...decision, seen: seenOf(conflict) })).rejects.toMatchObject({
    code: 'conflict_moved',
  });
  const again = await pendingOf(5);
  expect(again.conflictId).toBe(conflict.conflictId);
  expect(again['mongoEvent']).toMatchObject({ after: { title: 'newer' } });
  await sync.decide(again.conflictId, { ...decision, seen: seenOf(again) });
  expect(await titles(5)).toEqual(both('sql'));
  await expect(sync.decide(again.conflictId, { ...decision, seen: seenOf(again) })).rejects.toMatchObject({
    code: 'conflict_moved',
  });
  await expect(sync.decide('no such', { ...decision, seen: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a delete against an update waits too, and either may stand', async () => {
  for (const [id, use, title] of [
    [6, 'sql', null],
    [7, 'mongodb', 'kept'],
  ] as const) {
    await plant(id);
    await atOnce(sync, () => rig.sql.query('delete from notes where id = $1', [id]), setMongo(id, 'kept'));
    const conflict = await pendingOf(id);
    expect(conflict.kind).toBe('delete_update');
    await sync.decide(conflict.conflictId, { use, seen: seenOf(conflict), by: 'me' });
    expect(await titles(id)).toEqual(both(title));
  }
  await expectEqual(rig, sync, pairs);
});

test('a value that a unique index refuses waits; the side that may stand is chosen', async () => {
  await plant(8);
  await plant(9);
  await rig.sql.query('update notes set code = $$one$$ where id = 8');
  await settle(sync);
  await rig.db.collection('notes').updateOne({ _id: 9 as never }, { $set: { code: 'one' } });
  const conflict = await pendingOf(9);
  expect(conflict.kind).toBe('unique_violation');
  await sync.decide(conflict.conflictId, { use: 'sql', seen: seenOf(conflict), by: 'me' });
  expect((await rig.db.collection('notes').findOne({ _id: 9 as never }))?.['code'] ?? null).toBe(null);
  await expectEqual(rig, sync, pairs);
});

test('two inserts have no ancestor: base is refused, since it would delete the record on both sides', async () => {
  await atOnce(
    sync,
    () => rig.sql.query('insert into notes values (12, $$sql$$, 0)'),
    () => rig.db.collection('notes').insertOne({ _id: 12 as never, title: 'mongo', n: 1 }),
  );
  const conflict = await pendingOf(12);
  expect(conflict.kind).toBe('insert_insert');
  const decide = (use: 'base' | 'sql') => sync.decide(conflict.conflictId, { use, seen: seenOf(conflict), by: 'me' });
  await expect(decide('base')).rejects.toMatchObject({ code: 'decision_refused' });
  expect(await sync.decideAll({ use: 'base', by: 'me' })).toMatchObject({ decided: 0, refused: 1 });
  expect(await titles(12)).toEqual({ sql: 'sql', mongodb: 'mongo' });
  await decide('sql');
  expect(await titles(12)).toEqual(both('sql'));
  await expectEqual(rig, sync, pairs);
});

test('while paused nothing is decided; after a restart the queue is there, and nothing else waited for it', async () => {
  const conflict = await collide(10);
  const decision = { use: 'mongodb', seen: seenOf(conflict), by: 'me' } as const;
  await sync.pause();
  await expect(sync.decide(conflict.conflictId, decision)).rejects.toMatchObject({ code: 'not_running' });
  await sync.resume();
  await sync.stop();
  sync = await begin();
  await plant(11);
  expect(await titles(11)).toEqual(both('first'));
  await waitFor(() => sync.status().conflicts.pending === 1, { what: 'the queue' });
  await sync.decide(conflict.conflictId, decision);
  expect(await titles(10)).toEqual(both('mongo'));
  expect(sync.status().conflicts.pending).toBe(0);
});

test('by API and command line: shown field by field, decided, and a whole table drained at once', async () => {
  const first = await collide(20);
  const shown = await cli('conflicts', 'show', first.conflictId);
  expect(shown.out).toContain('write_write of public.notes 20, pending');
  expect(shown.out).toMatch(/^ {2}title +first +sql +mongo/m);
  const stale = await cli('conflicts', 'resolve', first.conflictId, '--use', 'sql', '--seen', 'older');
  expect(stale).toMatchObject({ code: 2 });
  expect(stale.err).toContain('conflict_moved');
  const seen = seenOf(first);
  expect(await cli('conflicts', 'resolve', first.conflictId, '--use', 'sql', '--seen', seen)).toMatchObject({
    code: 0,
  });
  expect(await titles(20)).toEqual(both('sql'));

  const many = Array.from({ length: 300 }, (_, index) => 1000 + index);
  await rig.sql.query('insert into notes (id, title, n) select unnest($1::int[]), $$first$$, 0', [many]);
  await settle(sync);
  await atOnce(
    sync,
    () => rig.sql.query('update notes set title = $$sql$$ where id >= 1000'),
    () => rig.db.collection('notes').updateMany({ _id: { $gte: 1000 as never } }, { $set: { title: 'mongo' } }),
  );
  await waitFor(() => sync.status().conflicts.pending === 300, { what: 'the queue' });
  const drained = await cli(
    'conflicts',
    'resolve',
    '--all',
    '--table',
    'public.notes',
    '--use',
    'mongodb',
    '--by',
    'ops',
    '--json',
  );
  expect(JSON.parse(drained.out)).toEqual({ decided: 300, moved: 0, refused: 0, unknown: 0 });
  expect(await titles(1299)).toEqual(both('mongo'));
  await expectEqual(rig, sync, pairs);
  expect(await conflictsOf(rig, { resolvedBy: 'ops', state: 'resolved' })).toHaveLength(300);
});

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    live: false,
    columns: 80,
    width: 120,
    style: makeStyle(false),
    draw: () => {},
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  };
  const code = await runProgram([...args, '--url', sync.url], {
    terminal,
    env: {},
    stopping: new AbortController().signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
