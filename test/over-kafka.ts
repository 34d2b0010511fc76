/** What a rig's configuration needs to go over Kafka, with topics of its own. */
import { prepareBoth } from '../src/app/prepare.js';
import { silentLogger } from '../src/base/logger.js';
import { configFrom } from '../src/config/load.js';
import type { ConfigInput } from '../src/index.js';
import type { ConnectorSettings } from '../src/testing/servers/connect-worker.js';
import type { Rig } from './rig.js';

export function overKafka(rig: Pick<Rig, 'name'>, broker: string, partitions: number): Partial<ConfigInput> {
  return {
    apply: { atomic: 'record' },
    transport: {
      kind: 'kafka',
      brokers: [broker],
      partitions,
      topics: { sql: `${rig.name}_sql`, mongodb: `${rig.name}_mongodb` },
    },
  };
}

/** The same where a Debezium connector reads SQL's log. */
export function overDebezium(rig: Pick<Rig, 'name'>, broker: string, partitions: number): Partial<ConfigInput> {
  const config = overKafka(rig, broker, partitions);
  const topics = { ...config.transport?.topics, debezium: `${rig.name}_debezium` };
  return { ...config, transport: { ...config.transport, format: 'debezium', topics } };
}

/** Prepares both sides, and gives what an operator is told to hand to Connect, with the password that is not told. */
export async function prepareConnector(config: ConfigInput): Promise<ConnectorSettings> {
  const told: string[] = [];
  await prepareBoth(configFrom(config), {
    dryRun: false,
    log: silentLogger,
    onStatement: (server, statement) => {
      if (server === 'debezium') told.push(statement);
    },
  });
  const [, body = ''] = /-d '(.*)'$/s.exec(told.join()) ?? [];
  const settings = JSON.parse(body.replaceAll("'\\''", "'")) as ConnectorSettings;
  return { ...settings, 'database.password': decodeURIComponent(new URL(config.sql?.url ?? '').password) };
}
