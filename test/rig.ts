/**
 * Two fresh databases, users' connections to both, and the sync between them: what every end-to-end test begins with.
 * Must not know the sync's inside: it is driven through its public entry and looked at through both databases.
 */
import { type Db, MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, expect } from 'vitest';
import type { ComposeOptions } from '../src/app/compose.js';
import { type ConfigInput, type StartedSync, start } from '../src/index.js';
import { testMongo } from '../src/testing/servers/fixtures/test-mongo.js';
import { testPostgres } from '../src/testing/servers/fixtures/test-postgres.js';
import { waitFor } from '../src/testing/wait-for.js';
import { compareIndependently, type Difference, type TablePair } from './compare-independently.js';

export interface RigOptions {
  /** Statements that make (and may fill) the tables. */
  readonly schema: string;
  readonly config: Partial<ConfigInput>;
}

export interface Rig {
  readonly name: string;
  readonly sqlUrl: string;
  readonly mongodbUrl: string;
  /** Users of PostgreSQL. */
  readonly sql: pg.Pool;
  /** Users of MongoDB. */
  readonly db: Db;
  readonly mongo: MongoClient;
  readonly config: ConfigInput;
  /** Runs after the file, before the databases are dropped. */
  atEnd(close: () => Promise<unknown>): void;
  /** Starts the sync in this process; it is stopped after the file. */
  start(options?: Partial<ComposeOptions>, config?: Partial<ConfigInput>): Promise<StartedSync>;
}

export interface Rigs {
  open(options: RigOptions): Promise<Rig>;
}

/** To be called at the top of a test file. */
export async function testRigs(): Promise<Rigs> {
  const postgres = await testPostgres();
  const mongo = testMongo();
  const closers: (() => Promise<unknown>)[] = [];
  // Runs before the fixtures drop the databases: hooks end in reverse order.
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  return {
    async open({ schema, config }) {
      const sqlDatabase = await postgres.freshDatabase();
      const mongoDatabase = mongo.freshDatabase();
      // The fixture forgets metadata by this name.
      const { name } = mongoDatabase;
      const sql = new pg.Pool({ connectionString: sqlDatabase.url, max: 8 });
      // A server that ends a connection on purpose is no failure of the test.
      sql.on('error', () => {});
      const client = new MongoClient(mongoDatabase.url);
      closers.push(
        () => sql.end(),
        () => client.close(),
      );
      if (schema !== '') await sql.query(schema);
      const whole: ConfigInput = {
        name,
        sql: { url: sqlDatabase.url },
        mongodb: { url: mongoDatabase.url, database: name },
        initial: 'none',
        api: { listen: '127.0.0.1:0' },
        ...config,
      };
      return {
        name,
        sqlUrl: sqlDatabase.url,
        mongodbUrl: mongoDatabase.url,
        sql,
        db: client.db(name),
        mongo: client,
        config: whole,
        atEnd: (close) => void closers.push(close),
        async start(options = {}, changed = {}) {
          const sync = await start({ ...whole, ...changed }, { api: false, ...options });
          // A test may have made it fail.
          closers.push(() => sync.stop().catch(() => undefined));
          return sync;
        },
      };
    },
  };
}

/** Waits until everything that was written has crossed. */
export async function settle(sync: StartedSync, limitMs = 20_000): Promise<void> {
  const settled = await sync.settled(limitMs);
  if (!settled)
    throw new Error(`Both sides did not come to rest within ${limitMs} ms: ${JSON.stringify(sync.status())}`);
}

/** `lww` orders commits of two servers by clocks whose skew is measured: to within less than this on a busy machine. */
const apartMs = 60;

/** What both users' sides do is done at once: neither side has seen the other's. */
export async function atOnce(sync: StartedSync, ...works: readonly (() => Promise<unknown>)[]): Promise<void> {
  await sync.pause();
  for (const work of works) {
    await work();
    const done = performance.now();
    await waitFor(() => performance.now() - done > apartMs, { what: 'time to pass' });
  }
  await sync.resume();
  await settle(sync);
}

/** By the sync's own comparison and by one that shares no code with it. */
export async function expectEqual(rig: Rig, sync: StartedSync, pairs: readonly TablePair[]): Promise<void> {
  await settle(sync);
  const differences: Difference[] = [];
  for (const pair of pairs) differences.push(...(await compareIndependently(rig, pair)));
  expect(differences.slice(0, 5)).toEqual([]);
  const { different, examples } = await sync.compare();
  expect({ different, examples }).toEqual({ different: 0, examples: [] });
}

export type ConflictDocument = Readonly<Record<string, unknown>> & {
  readonly conflictId: string;
  readonly kind: string;
  readonly state: string;
  readonly resolution: string;
  readonly strategy: string;
};

/** As they are stored, oldest first. */
export async function conflictsOf(
  rig: Rig,
  filter: Readonly<Record<string, unknown>> = {},
): Promise<ConflictDocument[]> {
  const found = await rig.mongo
    .db('sync_metadata')
    .collection('conflicts')
    .find({ name: rig.name, ...filter })
    .sort({ created_at: 1 })
    .toArray();
  return found as unknown as ConflictDocument[];
}
