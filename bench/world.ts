/** The servers of a benchmark and, for each measurement, a database on each with the same rows. */

import { type Document, MongoClient } from 'mongodb';
import pg from 'pg';
import { prepareBoth } from '../src/app/prepare.js';
import { silentLogger } from '../src/base/logger.js';
import { type ConfigInput, configFrom } from '../src/config/load.js';
import { startMongo } from '../src/testing/servers/mongo-server.js';
import { startPostgres } from '../src/testing/servers/postgres-server.js';
import { withClient } from '../src/testing/servers/with-client.js';
import {
  collection,
  columns,
  createTable,
  type Extra,
  extraNames,
  extraTexts,
  noExtra,
  personDocument,
  personState,
  sqlTypes,
  table,
} from './people.js';

export interface Servers extends AsyncDisposable {
  readonly sqlUrl: string;
  readonly mongoUrl: string;
}

/** Embedded ones, or those of BENCH_PG_URL (with track_commit_timestamp) and BENCH_MONGO_URL. */
export async function openServers(): Promise<Servers> {
  const { BENCH_PG_URL: sqlUrl, BENCH_MONGO_URL: mongoUrl } = process.env;
  if (sqlUrl !== undefined && mongoUrl !== undefined)
    return { sqlUrl, mongoUrl, [Symbol.asyncDispose]: () => Promise.resolve() };
  const settings = { track_commit_timestamp: 'on', shared_buffers: '512MB', max_wal_size: '8GB' };
  const [postgres, mongo] = await Promise.all([startPostgres({ settings }), startMongo()]);
  return {
    sqlUrl: postgres.url,
    mongoUrl: mongo.url,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([postgres.stop(), mongo.stop()]);
    },
  };
}

export interface World extends AsyncDisposable {
  readonly name: string;
  readonly sqlUrl: string;
  readonly mongoUrl: string;
  readonly sql: pg.Client;
  readonly mongo: MongoClient;
  readonly config: ConfigInput;
}

export interface WorldOptions {
  readonly rows: number;
  /** Which sides have the rows at the start. */
  readonly filled: readonly ('sql' | 'mongodb')[];
  /** May depend on the name of the databases. */
  readonly config?: Partial<ConfigInput> | ((name: string) => Partial<ConfigInput>);
  readonly extra?: Extra;
  /** Statements that make more tables. */
  readonly schema?: string;
}

let made = 0;

/** Fresh databases, filled, and prepared for a sync. */
export async function openWorld(servers: Servers, options: WorldOptions): Promise<World> {
  const name = `bench_${process.pid}_${++made}`;
  await withClient(servers.sqlUrl, (admin) => admin.query(`create database ${name}`));
  const url = new URL(servers.sqlUrl);
  url.pathname = `/${name}`;
  const sql = new pg.Client({ connectionString: url.href, pipeline: true } as pg.ClientConfig);
  await sql.connect();
  const mongo = await new MongoClient(servers.mongoUrl).connect();
  const config: ConfigInput = {
    name,
    sql: { url: url.href },
    mongodb: { url: servers.mongoUrl, database: name },
    initial: 'none',
    entities: [{ table, collection }],
    ...(typeof options.config === 'function' ? options.config(name) : options.config),
  };
  const { rows, filled, extra = noExtra, schema } = options;
  await sql.query(createTable(extra));
  if (schema !== undefined) await sql.query(schema);
  const world: World = {
    name,
    sqlUrl: url.href,
    mongoUrl: servers.mongoUrl,
    sql,
    mongo,
    config,
    [Symbol.asyncDispose]: () => close(world),
  };
  await Promise.all(filled.map((side) => (side === 'sql' ? fillSql : fillMongo)(world, rows, extra)));
  await sql.query('vacuum analyze people');
  await prepareBoth(configFrom(config), { dryRun: false, onStatement: () => undefined, log: silentLogger });
  return world;
}

async function close({ name, sql, sqlUrl, mongo }: World): Promise<void> {
  await mongo.db(name).dropDatabase();
  await mongo.close();
  await sql.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database() and not active`,
  );
  await sql.end();
  const admin = new URL(sqlUrl);
  admin.pathname = '/postgres';
  await withClient(admin.href, (client) => client.query(`drop database ${name} with (force)`));
}

const fillSize = 5000;
/** Of extra texts in one statement. */
const fillBytes = 16 << 20;

/** Ids in portions that a statement takes. */
function* portions(rows: number, { columns: wide, bytes }: Extra): Generator<readonly number[]> {
  const size = Math.max(1, Math.min(fillSize, Math.floor(fillBytes / Math.max(1, wide * bytes))));
  for (let from = 0; from < rows; from += size)
    yield Array.from({ length: Math.min(size, rows - from) }, (_, index) => from + index);
}

async function fillSql({ sql }: World, rows: number, extra: Extra): Promise<void> {
  for (const ids of portions(rows, extra)) await insertRows(sql, ids, extra);
}

export async function insertRows(sql: pg.Client, ids: readonly number[], extra = noExtra): Promise<void> {
  const states = ids.map((id) => [...personState(id, 0), ...extraTexts(id, extra)]);
  const names = [...columns, ...extraNames(extra)];
  const values = [ids.map(String), ...names.map((_, index) => states.map((state) => state[index]))];
  const types = ['bigint', ...sqlTypes, ...extraNames(extra).map(() => 'text')];
  const casts = types.map((type, index) => `$${index + 1}::${type}[]`);
  await sql.query({
    name: 'fill',
    text: `insert into people (id, ${names.join(', ')}) select * from unnest(${casts.join(', ')})`,
    values,
  });
}

async function fillMongo({ mongo, name }: World, rows: number, extra: Extra): Promise<void> {
  const people = mongo.db(name).collection(collection);
  const names = extraNames(extra);
  for (const ids of portions(rows, extra)) {
    const documents = ids.map((id) => {
      const texts = extraTexts(id, extra).map((text, index) => [names[index], text]);
      return { ...personDocument(id, 0), ...(Object.fromEntries(texts) as Document) };
    });
    await people.insertMany(documents, { ordered: false });
  }
}
