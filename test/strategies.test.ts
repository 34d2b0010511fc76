/**
 * Every kind of conflict under every strategy, on real servers: both sides end equal with the value of the table in
 * `strategies-cells.ts`, and there is one record of the conflict, which says who decided and how.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyBulkWriteOperation } from 'mongodb';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StartedSync } from '../src/index.js';
import { conflictKinds } from '../src/model/conflict.js';
import { waitFor } from '../src/testing/wait-for.js';
import { atOnce, type ConflictDocument, conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';
import {
  type Cell,
  type Collision,
  collisions,
  customModule,
  mergeRules,
  type Row,
  type StrategyName,
  strategies,
} from './strategies-cells.js';

const rigs = await testRigs();
const fields = ['title', 'n', 'tags', 'doc', 'at', 'code'] as const;
const tableOf = (strategy: StrategyName): string => `by_${strategy}`;
const idOf = (collision: Collision): number => collisions.indexOf(collision) * 10;
let rig: Rig;
let sync: StartedSync;
/** As they stood before a person decided. */
let waiting: Record<StrategyName, Stand>;
let ended: Record<StrategyName, Stand>;

/** What one table and its collection hold, by key, and the conflicts' records. */
interface Stand {
  readonly sql: ReadonlyMap<number, unknown>;
  readonly mongodb: ReadonlyMap<number, unknown>;
  readonly conflicts: readonly ConflictDocument[];
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-strategies-'));
  const module = join(folder, 'decide.mjs');
  await writeFile(module, customModule);
  const extras: Partial<Record<StrategyName, object>> = { merge: { fields: mergeRules }, custom: { module } };
  rig = await rigs.open({
    schema: strategies
      .map(
        (one) =>
          `create table ${tableOf(one)} (id int primary key, title text, n int, tags text[], doc jsonb, at timestamptz, code text unique);`,
      )
      .join('\n'),
    config: {
      entities: strategies.map((strategy) => ({
        table: tableOf(strategy),
        conflict: { strategy, ...extras[strategy] },
      })),
    },
  });
  rig.atEnd(() => rm(folder, { recursive: true, force: true }));
  sync = await rig.start();
  await changeSql(
    collisions.flatMap((one) => [
      { id: idOf(one), row: one.base },
      ...(one.neighbour === undefined ? [] : [{ id: idOf(one) + 1, row: one.base }]),
    ]),
  );
  await settle(sync);
  await atOnce(
    sync,
    () => changeSql(collisions.filter((one) => !one.sqlLater).flatMap(sqlWrites)),
    () => changeMongo(collisions),
    () => changeSql(collisions.filter((one) => one.sqlLater).flatMap(sqlWrites)),
  );
  waiting = await stands();
  await decideAll();
  await settle(sync);
  ended = await stands();
});

interface Write {
  readonly id: number;
  readonly row: Row | null;
}

function sqlWrites(one: Collision): Write[] {
  const own = one.sql === one.base ? [] : [{ id: idOf(one), row: one.sql }];
  return one.neighbour === undefined ? own : [...own, { id: idOf(one) + 1, row: one.neighbour }];
}

/** The same in every table, each table in one transaction. */
async function changeSql(writes: readonly Write[]): Promise<void> {
  const client = await rig.sql.connect();
  try {
    for (const strategy of strategies) {
      await client.query('begin');
      for (const { id, row } of writes) {
        if (row === null) await client.query(`delete from ${tableOf(strategy)} where id = $1`, [id]);
        else
          await client.query(
            `insert into ${tableOf(strategy)} values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (id) do update set title = $2, n = $3, tags = $4, doc = $5, at = $6, code = $7`,
            [id, row.title, row.n, row.tags, JSON.stringify(row.doc), row.at, row.code],
          );
      }
      await client.query('commit');
    }
  } finally {
    client.release();
  }
}

async function changeMongo(all: readonly Collision[]): Promise<void> {
  for (const strategy of strategies) {
    const operations = all.map(({ base, mongodb }, index): AnyBulkWriteOperation => {
      const filter = { _id: (index * 10) as never };
      if (mongodb === null) return { deleteOne: { filter } };
      return base === null
        ? { insertOne: { document: { ...filter, ...mongodb } } }
        : { updateOne: { filter, update: { $set: { ...mongodb } } } };
    });
    await rig.db.collection(tableOf(strategy)).bulkWrite(operations);
  }
}

async function stands(): Promise<Record<StrategyName, Stand>> {
  const found: [StrategyName, Stand][] = [];
  for (const strategy of strategies) {
    const table = tableOf(strategy);
    const { rows } = await rig.sql.query<{ id: number; bounds: string } & Row>(
      `select *, array_dims(tags) as bounds from ${table}`,
    );
    const documents = await rig.db.collection<{ _id: number } & Row>(table).find().toArray();
    found.push([
      strategy,
      {
        sql: new Map(rows.map((row) => [row.id, sqlImage(row)])),
        mongodb: new Map(documents.map((document) => [document._id, image(document)])),
        conflicts: await conflictsOf(rig, { table: `public.${table}` }),
      },
    ]);
  }
  return Object.fromEntries(found) as Record<StrategyName, Stand>;
}

/** An absent field is null. */
function image(row: Partial<Row> | null): unknown {
  return row === null ? null : Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
}

/** With what the driver does not tell: where an array begins. */
function sqlImage({ bounds, ...row }: Row & { readonly bounds: string | null }): unknown {
  const shifted = bounds?.startsWith('[0:') ? `${bounds}={${(row.tags as string[]).join(',')}}` : row.tags;
  return image({ ...row, tags: shifted, at: row.at === Number.POSITIVE_INFINITY ? 'infinity' : row.at });
}

const conflictOf = (stand: Stand, id: number): readonly ConflictDocument[] =>
  stand.conflicts.filter(({ key }) => (key as unknown) === id);

async function decideAll(): Promise<void> {
  for (const strategy of strategies)
    for (const collision of collisions) {
      const cell = collision.cells[strategy];
      if (!('waits' in cell)) continue;
      for (const { conflictId, seen } of conflictOf(waiting[strategy], idOf(collision)))
        await sync
          .decide(conflictId, { use: cell.use, seen: seen as string, by: 'nightshift' })
          // The cell's own test tells what is wrong with it.
          .catch(() => undefined);
    }
}

function expectedRow(collision: Collision, cell: Cell): unknown {
  if ('merged' in cell) return image(cell.merged);
  return image('waits' in cell ? collision[cell.use] : collision[cell.wins]);
}

/** What must stand in the record at the end. */
function expectedRecord(collision: Collision, strategy: StrategyName): object {
  const cell = collision.cells[strategy];
  const record = { kind: collision.kind, state: 'resolved', strategy, fields: {} };
  const wins = (side: 'sql' | 'mongodb') => (side === 'sql' ? 'sql_wins' : 'mongo_wins');
  if ('waits' in cell) return { ...record, resolution: wins(cell.use), resolvedBy: 'nightshift' };
  const decided = { ...record, fields: cell.fields ?? {}, resolvedBy: 'policy' };
  if ('merged' in cell) return { ...decided, resolution: 'merged' };
  return { ...decided, resolution: wins(cell.wins), strategy: cell.strategy ?? strategy };
}

describe.each(collisions)('$kind, $what', (collision) => {
  const id = idOf(collision);
  const what = ({ kind, state, strategy, resolution, fields: rules, resolvedBy }: ConflictDocument) => ({
    kind,
    state,
    strategy,
    resolution,
    fields: rules,
    resolvedBy,
  });

  test.each(strategies)('%s', (strategy) => {
    const stand = ended[strategy];
    const found = conflictOf(stand, id);
    expect(found.map(what)).toEqual([expectedRecord(collision, strategy)]);
    const row = expectedRow(collision, collision.cells[strategy]);
    expect(image((found[0]?.['base'] ?? null) as Row | null)).toEqual(image(collision.base));
    expect(image((found[0]?.['resolvedData'] ?? null) as Row | null)).toEqual(row);
    expect({ sql: stand.sql.get(id) ?? null, mongodb: stand.mongodb.get(id) ?? null }).toEqual({
      sql: row,
      mongodb: row,
    });
    if (collision.neighbour !== undefined) {
      expect(stand.mongodb.get(id + 1)).toEqual(image(collision.neighbour));
      expect(conflictOf(stand, id + 1)).toEqual([]);
    }
  });

  const waits = strategies.filter((strategy) => 'waits' in collision.cells[strategy]);
  if (waits.length > 0)
    test.each(waits)('%s: until a person decides, both versions stand and the reason is told', (strategy) => {
      const stand = waiting[strategy];
      const [conflict] = conflictOf(stand, id);
      expect(conflict).toMatchObject({ state: 'pending', resolution: 'pending', fields: {}, resolvedData: null });
      expect(conflict?.['reason']).toMatch((collision.cells[strategy] as { waits: RegExp }).waits);
      expect({ sql: stand.sql.get(id), mongodb: stand.mongodb.get(id) }).toEqual({
        sql: image(collision.sql),
        mongodb: image(collision.mongodb),
      });
    });
});

test('every kind is there under every strategy, and nothing else collided', async () => {
  expect(new Set(collisions.map(({ kind }) => kind))).toEqual(new Set(conflictKinds));
  expect(await conflictsOf(rig)).toHaveLength(collisions.length * strategies.length);
  expect(sync.status().conflicts.pending).toBe(0);
  await expectEqual(
    rig,
    sync,
    strategies.map((strategy) => ({ table: tableOf(strategy), key: ['id'] })),
  );
});

test('a decision that a unique index refuses is decided once: what it made waits, with its reason, until it may stand', async () => {
  const table = tableOf('prefer_mongodb');
  const [owner, rival] = [900, 901];
  const write = (id: number, code: string | null, title: string) => () =>
    rig.sql.query(
      `insert into ${table} (id, code, title) values ($1, $2, $3) on conflict (id) do update set code = $2, title = $3`,
      [id, code, title],
    );
  await write(owner, null, 'owner')();
  await write(rival, null, 'rival')();
  await settle(sync);
  await atOnce(sync, write(owner, 'two', 'owner'), write(rival, null, 'sql'), () =>
    rig.db.collection(table).updateOne({ _id: rival as never }, { $set: { code: 'two', title: 'mongo' } }),
  );
  const kinds = async () =>
    (await conflictsOf(rig, { key: rival })).map(({ kind, state, resolution }) => [kind, state, resolution]);
  await waitFor(() => sync.status().conflicts.pending === 1, { what: 'the refused decision to wait', limitMs: 10_000 });
  expect(await kinds()).toEqual([
    ['write_write', 'resolved', 'mongo_wins'],
    ['unique_violation', 'pending', 'pending'],
  ]);
  // The owner lets go of the code, so that the decision can stand.
  await write(owner, null, 'owner')();
  await waitFor(() => sync.status().conflicts.pending === 0, { what: 'the conflict to close', limitMs: 40_000 });
  await settle(sync);
  expect(await conflictsOf(rig, { key: rival, state: { $ne: 'resolved' } })).toEqual([]);
  const { rows } = await rig.sql.query(`select code, title from ${table} where id = $1`, [rival]);
  expect(rows).toEqual([{ code: 'two', title: 'mongo' }]);
  await expectEqual(rig, sync, [{ table, key: ['id'] }]);
});
