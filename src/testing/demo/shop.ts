/** The demo's two servers with its shop in them: started, filled, given writers. Must not know the sync. */

import type { EmbeddedServer } from '../servers/embedded-server.js';
import { startMongo } from '../servers/mongo-server.js';
import { startPostgres } from '../servers/postgres-server.js';
import { withClient } from '../servers/with-client.js';
import { MongoShop } from './shop-mongo.js';
import { createShop, fillShop, shopSizes } from './shop-schema.js';
import { SqlShop } from './shop-sql.js';
import { startWriters, type Writers } from './shop-writers.js';

export interface ShopOptions {
  /** About so many rows at the start. */
  readonly rows: number;
  /** Leave the data behind. */
  readonly keep: boolean;
  readonly onMessage: (message: string) => void;
}

export interface WritersLoad {
  readonly seed: number;
  readonly perSecond: number;
  readonly collisionsPerSecond: number;
}

export interface Shop {
  readonly sqlUrl: string;
  readonly mongodbUrl: string;
  readonly database: string;
  /** The servers' data. */
  readonly folders: readonly string[];
  startWriters(load: WritersLoad): Promise<Writers>;
  stop(): Promise<void>;
}

const database = 'shop';

export async function openShop({ rows, keep, onMessage }: ShopOptions): Promise<Shop> {
  const servers = await startBoth({ keep, onMessage });
  try {
    const sqlUrl = await fill(servers[0].url, rows);
    const mongodbUrl = servers[1].url;
    return {
      sqlUrl,
      mongodbUrl,
      database,
      folders: servers.map(({ dataDir }) => dataDir),
      startWriters: (load) =>
        startWriters({
          ...load,
          sizes: shopSizes(rows),
          sql: () => SqlShop.open(sqlUrl),
          mongodb: () => MongoShop.open(mongodbUrl, database),
        }),
      stop: () => stopAll(servers),
    };
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

async function startBoth(options: {
  keep: boolean;
  onMessage: (message: string) => void;
}): Promise<[EmbeddedServer, EmbeddedServer]> {
  const started = await Promise.allSettled([startPostgres(options), startMongo(options)]);
  const [postgres, mongo] = started;
  if (postgres.status === 'fulfilled' && mongo.status === 'fulfilled') return [postgres.value, mongo.value];
  await stopAll(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  throw started.find((one) => one.status === 'rejected')?.reason;
}

async function stopAll(servers: readonly EmbeddedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** Makes and fills the database; its URL. */
async function fill(url: string, rows: number): Promise<string> {
  await query(url, [`create database ${database}`]);
  const shopUrl = new URL(url);
  shopUrl.pathname = `/${database}`;
  await query(shopUrl.href, [createShop, ...fillShop(shopSizes(rows)), 'analyze']);
  return shopUrl.href;
}

async function query(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}
