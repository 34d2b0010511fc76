/** What the configuration can name and this version does not do yet, or not together: refused at the start, never ignored. */
import { isReadByDebezium, type SqlServer, sqlServer } from './connection.js';
import type { Problem } from './problem.js';
import type { Config } from './schema.js';
import { lineOf, type Source } from './validate.js';

/** Values that are refused as a whole: for the documentation. */
export const unavailableValues: readonly string[] = ['window'];

/** As people call what is meant by a URL. */
const called: Readonly<Record<SqlServer, string>> = {
  PostgreSQL: 'PostgreSQL',
  MariaDB: 'MariaDB or MySQL',
  Oracle: 'Oracle',
};

export function unavailable(config: Config, source: Pick<Source, 'lines'>): Problem[] {
  const found: Problem[] = [];
  const refuse = (path: string, text: string, remedy: string): void => {
    found.push({ path, line: lineOf(path, source), text, remedy });
  };
  const missing = (what: string): string => `asks for ${what}, which is not available in this version`;
  if (config.detection === 'window') refuse('detection', missing('detection by time window'), 'Use detection: causal.');
  const { transport, apply } = config;
  const server = sqlServer(config.sql);
  if (isReadByDebezium(config.sql) && (transport.kind !== 'kafka' || transport.format !== 'debezium'))
    refuse(
      'sql.url',
      `is ${called[server]}, whose log only a Debezium connector reads`,
      'Use transport.kind: kafka with format: debezium.',
    );
  if (transport.kind === 'embedded') {
    if (transport.format === 'debezium')
      refuse('transport.format', 'is debezium, which comes through Kafka', 'Use kind: kafka.');
    if (transport.envelopes)
      refuse('transport.envelopes', 'is true, and without topics there is nobody to read them', 'Use kind: kafka.');
    if (apply.atomic === 'record')
      refuse('apply.atomic', 'is record, and one process keeps transactions whole', 'Use atomic: transaction.');
    return found;
  }
  if (transport.envelopes && isReadByDebezium(config.sql))
    refuse('transport.envelopes', missing(`envelopes of ${server}’s rows`), 'Read the connector’s own topic.');
  if (transport.brokers.length === 0)
    refuse('transport.brokers', 'names no broker', 'Name one or more of them as host:port.');
  const { topics } = transport;
  if (transport.format === 'debezium' && (topics.debezium === topics.sql || topics.debezium === topics.mongodb))
    refuse('transport.topics', 'has the connector write to a topic of the sync’s own', 'Name another topics.debezium.');
  if (topics.sql === topics.mongodb)
    refuse('transport.topics', 'has one topic for both sides', 'Each side needs a topic of its own.');
  if (apply.atomic === 'transaction' && transport.partitions > 1)
    refuse(
      'apply.atomic',
      `is transaction, and a source transaction is spread over ${transport.partitions} partitions`,
      'Use atomic: record, or transport.partitions: 1.',
    );
  return found;
}
