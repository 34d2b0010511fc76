/** Which SQL database a configuration means, and what is asked of it before anything is synced. The one place that knows all of them. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { sqlServer, sqlUrl } from '../config/connection.js';
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
import type { SqlSide } from '../ports/sql-side.js';
import { readCatalog } from '../postgres/catalog.js';
import { openPostgres } from '../postgres/open.js';
import { readStatistics } from '../postgres/statistics.js';
import { sqlCodec } from '../postgres/types.js';

export interface OpenSqlOptions {
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly laneOf?: LaneOf;
  readonly log: Logger;
  readonly clock: Clock;
}

export function openSql({ sql, transport }: Config, options: OpenSqlOptions): Promise<SqlSide> {
  const url = sqlUrl(sql);
  return isMariadb(sql)
    ? openMysql({ url, ...options })
    : openPostgres({ url, logReader: transport.format, ...options });
}

interface CatalogWish {
  readonly schemas: readonly string[];
  readonly log: Logger;
}

export function readSqlCatalog({ sql }: Config, wish: CatalogWish): Promise<readonly CatalogTable[]> {
  return (isMariadb(sql) ? readMysqlCatalog : readCatalog)({ url: sqlUrl(sql), ...wish });
}

/** `schema.table` → its statistics. */
export function readSqlStatistics(
  { sql }: Config,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, TableStatistics>> {
  return (isMariadb(sql) ? readMysqlStatistics : readStatistics)(sqlUrl(sql), schemas);
}

/** The server's own text of a column's value → canonical. */
export function textReader(sql: Config['sql']): (type: ColumnType) => (text: string) => Value {
  const codec = isMariadb(sql) ? mysqlCodec : sqlCodec;
  return (type) => codec(type).fromText;
}

export function isMariadb(sql: Config['sql']): boolean {
  return sqlServer(sql) === 'MariaDB';
}
