/** Debezium's connector for Oracle: how it is set, for a person to hand to Kafka Connect, and what reads its messages. */
import type { Connector } from './connector.js';
import { type ConnectorOptions, includedTables, type Settings } from './connector-settings.js';
import { oracleColumn } from './oracle-columns.js';
import { oracleDialect } from './oracle-dialect.js';
import { oracleFindings } from './oracle-findings.js';

export const oracleConnector: Connector = {
  dialect: oracleDialect,
  columnReader: oracleColumn,
  findings: oracleFindings,
  identity: 'supplemental logging of all columns',
};

/** Connectors keep how tables looked in a topic of their own, which `brokers` have. */
export function oracleSettings(options: ConnectorOptions, brokers: readonly string[]): Settings {
  const { topic, entities, modes } = options;
  return {
    'connector.class': 'io.debezium.connector.oracle.OracleConnector',
    ...database(options.sqlUrl),
    'table.include.list': includedTables([...entities.keys(), 'ISTHMUS.PROGRESS', 'ISTHMUS.MARKS']),
    // What becomes of tables is asked of the catalog: such messages stand in no transaction.
    'include.schema.changes': 'false',
    'schema.history.internal.kafka.bootstrap.servers': brokers.join(','),
    'schema.history.internal.kafka.topic': `${topic}_tables`,
    'schema.history.internal.store.only.captured.tables.ddl': 'true',
    // LOBs come without the state before and are not mapped.
    'lob.enabled': 'false',
    'time.precision.mode': modes.times,
  };
}

/** The connector reads as a user of the container, of all databases in it: what the URL names is one of these. */
function database(url: string): Settings {
  const { hostname, port, pathname } = new URL(url);
  return {
    'database.hostname': hostname,
    'database.port': port === '' ? '1521' : port,
    'database.user': '…',
    'database.password': '…',
    'database.dbname': '…',
    'database.pdb.name': decodeURIComponent(pathname.slice(1)).toUpperCase(),
  };
}
