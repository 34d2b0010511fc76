/** The Kafka transport of a configuration. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { durationMs } from '../../config/duration.js';
import type { Config } from '../../config/schema.js';
import { type KafkaTransport, openKafka } from '../../kafka/open.js';
import type { Entity } from '../../model/entity.js';

/** Null: the embedded one, which needs nothing. */
export async function openTransport(
  { name, transport }: Pick<Config, 'name' | 'transport'>,
  deps: { readonly entities: ReadonlyMap<string, Entity>; readonly log: Logger; readonly clock: Clock },
): Promise<KafkaTransport | null> {
  if (transport.kind === 'embedded') return null;
  const { brokers, topics, format, partitions, replication, retention, envelopes, tls, sasl } = transport;
  return openKafka({
    ...deps,
    clientId: `isthmus_${name}`,
    groupId: `isthmus_${name}`,
    brokers,
    topics: { sql: topics.sql, mongodb: topics.mongodb },
    debezium: format === 'debezium' ? topics.debezium : null,
    partitions,
    replication,
    retentionMs: durationMs(retention) as number,
    envelopes,
    tls,
    sasl,
  });
}
