/** Debezium's connector for PostgreSQL: how it is set, for a person to hand to Kafka Connect, and what reads its messages. */
import type { Connector } from './connector.js';
import { type ConnectorOptions, includedTables } from './connector-settings.js';
import { postgresColumn } from './postgres-columns.js';
import { postgresDialect } from './postgres-dialect.js';
import { postgresFindings } from './postgres-findings.js';

export const postgresConnector: Connector = {
  dialect: postgresDialect,
  columnReader: postgresColumn,
  findings: postgresFindings,
  identity: 'REPLICA IDENTITY FULL',
};

export interface PostgresNames {
  readonly slot: string;
  readonly publication: string;
}

export function postgresSettings(
  options: ConnectorOptions,
  { slot, publication }: PostgresNames,
): Readonly<Record<string, string>> {
  const { name, entities, modes } = options;
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    ...database(options.sqlUrl),
    'slot.name': slot,
    // Made by `prepare`: what is mapped and how far the sync has come.
    'publication.name': publication,
    'publication.autocreate.mode': 'disabled',
    'table.include.list': includedTables([...entities.keys(), 'isthmus.progress']),
    'message.prefix.include.list': `isthmus_${name}`,
    'time.precision.mode': modes.times,
    'interval.handling.mode': modes.intervals,
  };
}

function database(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const sslmode = searchParams.get('sslmode');
  return {
    'database.hostname': hostname,
    'database.port': port === '' ? '5432' : port,
    'database.user': decodeURIComponent(username),
    'database.password': '…',
    'database.dbname': decodeURIComponent(pathname.slice(1)),
    ...(sslmode === null ? {} : { 'database.sslmode': sslmode }),
  };
}
