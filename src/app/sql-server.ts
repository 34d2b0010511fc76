/** Which SQL database a configuration means, and what is asked of it before anything is synced. The one place that knows all of them. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { type SqlServer, sqlServer, sqlUrl } from '../config/connection.js';
import type { Config } from '../config/schema.js';
import type { CatalogTable } from '../model/catalog.js';
import type { ColumnType, Entity } from '../model/entity.js';
import type { Value } from '../model/record.js';
import type { LaneOf } from '../model/share.js';
import type { TableStatistics } from '../model/table-statistics.js';
import { readCatalog as readMysqlCatalog } from '../mysql/catalog.js';
import { openMysql } from '../mysql/open.js';
import { readStatistics as readMysqlStatistics } from '../mysql/statistics.js';
import { sqlCodec as mysqlCodec } from '../mysql/types.js';
import { readCatalog as readOracleCatalog } from '../oracle/catalog.js';
import { openOracle } from '../oracle/open.js';
import { readStatistics as readOracleStatistics } from '../oracle/statistics.js';
import { sqlCodec as oracleCodec } from '../oracle/types.js';
import type { SqlSide } from '../ports/sql-side.js';
import { readCatalog as readPostgresCatalog } from '../postgres/catalog.js';
import { openPostgres } from '../postgres/open.js';
import { readStatistics as readPostgresStatistics } from '../postgres/statistics.js';
import { sqlCodec as postgresCodec } from '../postgres/types.js';
import type { SqlCodec } from '../sql/sql-codec.js';

export interface OpenSqlOptions {
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly laneOf?: LaneOf;
  readonly log: Logger;
  readonly clock: Clock;
}

interface CatalogWish {
  readonly schemas: readonly string[];
  readonly log: Logger;
}

type Statistics = ReadonlyMap<string, TableStatistics>;

/** What each server's own folder has for the rest. */
interface Server {
  open(config: Config, options: OpenSqlOptions & { readonly url: string }): Promise<SqlSide>;
  readCatalog(wish: CatalogWish & { readonly url: string }): Promise<readonly CatalogTable[]>;
  readStatistics(url: string, schemas: readonly string[]): Promise<Statistics>;
  codec(type: ColumnType): SqlCodec;
}

const servers: Readonly<Record<SqlServer, Server>> = {
  PostgreSQL: {
    open: ({ transport }, options) => openPostgres({ logReader: transport.format, ...options }),
    readCatalog: readPostgresCatalog,
    readStatistics: readPostgresStatistics,
    codec: postgresCodec,
  },
  MariaDB: {
    open: (_, options) => openMysql(options),
    readCatalog: readMysqlCatalog,
    readStatistics: readMysqlStatistics,
    codec: mysqlCodec,
  },
  Oracle: {
    open: (_, options) => openOracle(options),
    readCatalog: readOracleCatalog,
    readStatistics: readOracleStatistics,
    codec: oracleCodec,
  },
};

export function openSql(config: Config, options: OpenSqlOptions): Promise<SqlSide> {
  return servers[sqlServer(config.sql)].open(config, { url: sqlUrl(config.sql), ...options });
}

export function readSqlCatalog({ sql }: Config, wish: CatalogWish): Promise<readonly CatalogTable[]> {
  return servers[sqlServer(sql)].readCatalog({ url: sqlUrl(sql), ...wish });
}

/** `schema.table` → its statistics. */
export function readSqlStatistics({ sql }: Config, schemas: readonly string[]): Promise<Statistics> {
  return servers[sqlServer(sql)].readStatistics(sqlUrl(sql), schemas);
}

/** The server's own text of a column's value → canonical. */
export function textReader(sql: Config['sql']): (type: ColumnType) => (text: string) => Value {
  const { codec } = servers[sqlServer(sql)];
  return (type) => codec(type).fromText;
}
