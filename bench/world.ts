/** The servers of a benchmark and, for each measurement, a database on each with the same rows. */

import { MongoClient } from 'mongodb';
import pg from 'pg';
import { prepareBoth } from '../src/app/prepare.js';
import { silentLogger } from '../src/base/logger.js';
import { type ConfigInput, configFrom } from '../src/config/load.js';
import { startMongo } from '../src/testing/servers/mongo-server.js';
import { startPostgres } from '../src/testing/servers/postgres-server.js';
import { withClient } from '../src/testing/servers/with-client.js';
import { collection, columns, createTable, personDocument, personState, sqlTypes, table } from './people.js';

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
  readonly config?: Partial<ConfigInput>;
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
    ...options.config,
  };
  await sql.query(createTable);
  const world: World = {
    name,
    sqlUrl: url.href,
    mongoUrl: servers.mongoUrl,
    sql,
    mongo,
    config,
    [Symbol.asyncDispose]: () => close(world),
  };
  await Promise.all(
    options.filled.map((side) => (side === 'sql' ? fillSql(world, options.rows) : fillMongo(world, options.rows))),
  );
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

async function fillSql({ sql }: World, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += fillSize) {
    const ids = Array.from({ length: Math.min(fillSize, rows - from) }, (_, index) => from + index);
    await insertRows(sql, ids);
  }
}

export async function insertRows(sql: pg.Client, ids: readonly number[]): Promise<void> {
  const states = ids.map((id) => personState(id, 0));
  const values = [ids.map(String), ...columns.map((_, index) => states.map((state) => state[index]))];
  const casts = ['bigint', ...sqlTypes].map((type, index) => `$${index + 1}::${type}[]`);
  await sql.query({
    name: 'fill',
    text: `insert into people (id, ${columns.join(', ')}) select * from unnest(${casts.join(', ')})`,
    values,
  });
}

async function fillMongo({ mongo, name }: World, rows: number): Promise<void> {
  const people = mongo.db(name).collection(collection);
  for (let from = 0; from < rows; from += fillSize) {
    const documents = Array.from({ length: Math.min(fillSize, rows - from) }, (_, index) =>
      personDocument(from + index, 0),
    );
    await people.insertMany(documents, { ordered: false });
  }
}
