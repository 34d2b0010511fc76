/** SQL's log as a Debezium connector tells it, for a configuration that asks for it. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { type SqlServer, sqlServer, sqlUrl } from '../../config/connection.js';
import type { Config } from '../../config/schema.js';
import type { Connector } from '../../debezium/connector.js';
import {
  type ConnectorOptions,
  connectorCommand,
  connectorSettings,
  type Settings,
} from '../../debezium/connector-settings.js';
import { DebeziumSource } from '../../debezium/debezium-source.js';
import { mysqlConnector, mysqlSettings } from '../../debezium/mysql-connector.js';
import { oracleConnector, oracleSettings } from '../../debezium/oracle-connector.js';
import { postgresConnector, postgresSettings } from '../../debezium/postgres-connector.js';
import type { KafkaTransport } from '../../kafka/open.js';
import type { Entity } from '../../model/entity.js';
import { lanesOfShares } from '../../model/share.js';
import { namesOf } from '../../postgres/names.js';
import type { OpenSides } from '../sides.js';
import { textReader } from '../sql-server.js';
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
    connector: connectorOf(config),
    modes: settings.debezium,
    topic: transport.topicLog(settings.topics.debezium),
    name,
    laneOf: lanesOfShares(name),
    entities: sides.entities,
    readText: textReader(config.sql),
    lookAtTables: () => sides.sql.lookAtTables(),
    probe: (id) => sides.sql.probe(id),
    unreadable: keepUnreadable(sides.mongodb.unreadable, log, 'Debezium'),
    clock,
  });
}

interface ServersConnector {
  readonly connector: Connector;
  settings(options: ConnectorOptions, brokers: readonly string[]): Settings;
}

const connectors: Readonly<Record<SqlServer, ServersConnector>> = {
  PostgreSQL: {
    connector: postgresConnector,
    settings: (options) => {
      const { debeziumSlot: slot, publication } = namesOf(options.name);
      return postgresSettings(options, { slot, publication });
    },
  },
  MariaDB: { connector: mysqlConnector, settings: mysqlSettings },
  Oracle: { connector: oracleConnector, settings: oracleSettings },
};

export function connectorOf({ sql }: Config): Connector {
  return connectors[sqlServer(sql)].connector;
}

/** What an operator hands to Kafka Connect. */
export function connectorStatement(config: Config, entities: ReadonlyMap<string, Entity>): string {
  const { name, sql, transport } = config;
  const { topics, debezium: modes, brokers } = transport;
  const options: ConnectorOptions = { name, topic: topics.debezium, sqlUrl: sqlUrl(sql), entities, modes };
  const own = connectors[sqlServer(sql)].settings(options, brokers);
  return connectorCommand(name, connectorSettings(options, own));
}
