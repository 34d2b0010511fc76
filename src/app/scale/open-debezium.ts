/** SQL's log as a Debezium connector tells it, for a configuration that asks for it. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { sqlUrl } from '../../config/connection.js';
import type { Config } from '../../config/schema.js';
import { connectorCommand } from '../../debezium/connector-settings.js';
import { DebeziumSource } from '../../debezium/debezium-source.js';
import { postgresDialect } from '../../debezium/postgres-dialect.js';
import type { KafkaTransport } from '../../kafka/open.js';
import type { Entity } from '../../model/entity.js';
import { lanesOfShares } from '../../model/share.js';
import { namesOf } from '../../postgres/names.js';
import { sqlCodec } from '../../postgres/types.js';
import type { OpenSides } from '../sides.js';
import { keepUnreadable } from './keep-unreadable.js';

export function isDebezium({ transport }: Pick<Config, 'transport'>): boolean {
  return transport.kind === 'kafka' && transport.format === 'debezium';
}

export interface DebeziumParts {
  readonly config: Config;
  readonly sides: OpenSides;
  readonly transport: Pick<KafkaTransport, 'topicLog'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export function debeziumSource({ config, sides, transport, clock, log }: DebeziumParts): DebeziumSource {
  const { name, transport: settings } = config;
  return new DebeziumSource({
    dialect: postgresDialect,
    modes: settings.debezium,
    topic: transport.topicLog(settings.topics.debezium),
    name,
    laneOf: lanesOfShares(name),
    entities: sides.entities,
    readText: (type) => sqlCodec(type).fromText,
    lookAtTables: () => sides.sql.lookAtTables(),
    probe: (id) => sides.sql.probe(id),
    unreadable: keepUnreadable(sides.mongodb.unreadable, log, 'Debezium'),
    clock,
  });
}

/** What an operator hands to Kafka Connect. */
export function connectorStatement(config: Config, entities: ReadonlyMap<string, Entity>): string {
  const { debeziumSlot, publication } = namesOf(config.name);
  const { topics, debezium } = config.transport;
  return connectorCommand({
    name: config.name,
    topic: topics.debezium,
    sqlUrl: sqlUrl(config.sql),
    slot: debeziumSlot,
    publication,
    entities,
    modes: debezium,
  });
}
