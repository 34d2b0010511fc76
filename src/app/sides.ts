/** Both databases, opened for a configuration. Must not know which SQL database it is. */
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { mongodbUrl } from '../config/connection.js';
import type { Config } from '../config/schema.js';
import { lanesOfShares, ownLanes } from '../model/share.js';
import { type MongoSide, openMongo } from '../mongodb/open.js';
import type { ChangeSource } from '../ports/change-source.js';
import type { SqlSide } from '../ports/sql-side.js';
import type { Mapping } from './read-schema.js';
import { openSql } from './sql-server.js';

export interface OpenSides extends Mapping {
  readonly sql: SqlSide;
  readonly mongodb: MongoSide;
  close(): Promise<void>;
}

export async function openSides(
  config: Config,
  mapping: Mapping,
  deps: { readonly log: Logger; readonly clock: Clock },
): Promise<OpenSides> {
  const laneOf = config.transport.kind === 'kafka' ? lanesOfShares(config.name) : ownLanes(config.name);
  const common = { name: config.name, entities: mapping.entities, laneOf, ...deps };
  const [sql, mongodb] = await both(
    openSql(config, common),
    openMongo({ url: mongodbUrl(config.mongodb), database: config.mongodb.database, ...common }),
  );
  return { ...mapping, sql, mongodb, close: async () => void (await Promise.all([sql.close(), mongodb.close()])) };
}

/** The log as we read it ourselves: the configuration refuses a server of which we cannot. */
export function ownSource({ server, source }: SqlSide): ChangeSource {
  if (source !== null) return source;
  throw new IsthmusError('configuration_invalid', { message: `${server}’s log is read through Debezium only.` });
}

interface Closable {
  close(): Promise<void>;
}

/** Both or none: what did open is closed if the other failed. */
async function both<A extends Closable, B extends Closable>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  for (const one of [first, second]) if (one.status === 'fulfilled') await one.value.close();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}
