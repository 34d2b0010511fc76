/** What every connector has to be set to, for a person to hand to Kafka Connect. Pure. Must not know Connect, nor a database. */
import type { Entity } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';

export interface ConnectorOptions {
  /** The sync's name. */
  readonly name: string;
  readonly topic: string;
  /** The password in it is not told. */
  readonly sqlUrl: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly modes: DebeziumModes;
}

export type Settings = Readonly<Record<string, string>>;

const json = 'org.apache.kafka.connect.json.JsonConverter';
/** As the topic is made. */
const messageBytes = '67108864';

/** `own`: what the database's connector needs beside them. */
export function connectorSettings({ name, topic, modes }: ConnectorOptions, own: Settings): Settings {
  return {
    'tasks.max': '1',
    ...own,
    'topic.prefix': `isthmus_${name}`,
    // The sync loads what is there by itself.
    'snapshot.mode': 'no_data',
    'provide.transaction.metadata': 'true',
    'skipped.operations': 'none',
    'tombstones.on.delete': 'false',
    'decimal.handling.mode': modes.decimals,
    'binary.handling.mode': modes.binary,
    'poll.interval.ms': '20',
    // Where nothing is written that is mapped, the connector's place is to move all the same.
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
export function connectorCommand(name: string, settings: Settings): string {
  const body = JSON.stringify(settings, null, 2).replaceAll("'", "'\\''");
  return `curl -X PUT http://localhost:8083/connectors/isthmus_${name}/config -H 'content-type: application/json' -d '${body}'`;
}

/** Debezium takes names as patterns. */
export function includedTables(names: readonly string[]): string {
  return names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(',');
}
