/** What a rig's configuration needs to go over Kafka, with topics of its own. */
import type { ConfigInput } from '../src/index.js';
import type { Rig } from './rig.js';

export function overKafka(rig: Pick<Rig, 'name'>, broker: string, partitions: number): Partial<ConfigInput> {
  return {
    apply: { atomic: 'record', lanes: 1 },
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
