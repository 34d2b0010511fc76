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
