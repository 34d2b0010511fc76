/** Debezium's connectors for MariaDB and MySQL: how they are set, for a person to hand to Kafka Connect, and what reads their messages. */
import { createHash } from 'node:crypto';
import type { Connector } from './connector.js';
import { type ConnectorOptions, includedTables, type Settings } from './connector-settings.js';
import { mysqlColumn } from './mysql-columns.js';
import { mysqlDialect } from './mysql-dialect.js';
import { mysqlFindings } from './mysql-findings.js';

export const mysqlConnector: Connector = {
  dialect: mysqlDialect,
  columnReader: mysqlColumn,
  findings: mysqlFindings,
  identity: 'binlog_row_image = FULL',
};

/** Connectors keep how tables looked in a topic of their own, which `brokers` have. */
export function mysqlSettings(options: ConnectorOptions, brokers: readonly string[]): Settings {
  const { name, topic, entities, modes } = options;
  const databases = new Set([...[...entities.values()].map(({ schema }) => schema), 'isthmus']);
  return {
    'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
    ...database(options.sqlUrl),
    'database.server.id': String(serverId(name)),
    'database.include.list': includedTables([...databases]),
    'table.include.list': includedTables([...entities.keys(), 'isthmus.progress', 'isthmus.marks']),
    // A table that is dropped and made anew is told of in the order of the log.
    'include.schema.changes': 'true',
    'schema.history.internal.kafka.bootstrap.servers': brokers.join(','),
    'schema.history.internal.kafka.topic': `${topic}_tables`,
    'schema.history.internal.store.only.captured.tables.ddl': 'true',
    // There is no `adaptive` for this server: a time of day is told in microseconds.
    'time.precision.mode': modes.times === 'adaptive' ? 'adaptive_time_microseconds' : modes.times,
    'bigint.unsigned.handling.mode': 'long',
    // Otherwise the year 50 is told as 2050.
    'enable.time.adjuster': 'false',
    'include.query': 'false',
  };
}

const sslModes: Readonly<Record<string, string>> = { VERIFY_IDENTITY: 'verify-full', VERIFY_CA: 'verify-ca' };

function database(url: string): Settings {
  const { hostname, port, username, searchParams } = new URL(url);
  return {
    'database.hostname': hostname,
    'database.port': port === '' ? '3306' : port,
    'database.user': decodeURIComponent(username),
    'database.password': '…',
    'database.ssl.mode': sslModes[(searchParams.get('ssl-mode') ?? '').toUpperCase()] ?? 'disable',
  };
}

const firstId = 1_000_000_000;

/** Servers and those who read their log must not have the same number: one of thousand million, by the sync's name. */
function serverId(name: string): number {
  return firstId + (createHash('sha256').update(name).digest().readUInt32BE() % firstId);
}
