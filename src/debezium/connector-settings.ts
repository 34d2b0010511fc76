/** How a connector for PostgreSQL has to be set, for a person to hand to Kafka Connect. Pure. Must not know Connect. */
import type { Entity } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';

export interface ConnectorOptions {
  /** The sync's name. */
  readonly name: string;
  readonly topic: string;
  /** The password in it is not told. */
  readonly sqlUrl: string;
  readonly slot: string;
  readonly publication: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly modes: DebeziumModes;
}

const json = 'org.apache.kafka.connect.json.JsonConverter';
/** As the topic is made. */
const messageBytes = '67108864';

export function connectorSettings(options: ConnectorOptions): Readonly<Record<string, string>> {
  const { name, topic, slot, publication, entities, modes } = options;
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'plugin.name': 'pgoutput',
    ...database(options.sqlUrl),
    'topic.prefix': `isthmus_${name}`,
    'slot.name': slot,
    // Made by `prepare`: what is mapped and how far the sync has come.
    'publication.name': publication,
    'publication.autocreate.mode': 'disabled',
    'table.include.list': [...entities.keys(), 'isthmus.progress'].map(asPattern).join(','),
    'message.prefix.include.list': `isthmus_${name}`,
    // The sync loads what is there by itself.
    'snapshot.mode': 'no_data',
    'provide.transaction.metadata': 'true',
    'skipped.operations': 'none',
    'tombstones.on.delete': 'false',
    'decimal.handling.mode': modes.decimals,
    'time.precision.mode': modes.times,
    'binary.handling.mode': modes.binary,
    'interval.handling.mode': modes.intervals,
    'poll.interval.ms': '20',
    // Where nothing is written that is mapped, the slot is to move all the same.
    'heartbeat.interval.ms': '10000',
    // All to one topic of one partition: the order of the log.
    transforms: 'isthmus',
    'transforms.isthmus.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.isthmus.regex': '.*',
    'transforms.isthmus.replacement': topic,
    'key.converter': json,
    'key.converter.schemas.enable': 'false',
    'value.converter': json,
    'value.converter.schemas.enable': 'false',
    // Otherwise a null is told as the column's default.
    'value.converter.replace.null.with.default': 'false',
    'producer.override.max.request.size': messageBytes,
  };
}

/** As a request to Connect's REST interface. */
export function connectorCommand(options: ConnectorOptions): string {
  const body = JSON.stringify(connectorSettings(options), null, 2).replaceAll("'", "'\\''");
  return `curl -X PUT http://localhost:8083/connectors/isthmus_${options.name}/config -H 'content-type: application/json' -d '${body}'`;
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

/** Debezium takes names as patterns. */
function asPattern(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
