/** Gives both change topics more partitions, and tells where topics end. Must not know who has to be at rest before. */
import type { Admin } from 'kafkajs';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Side } from '../model/side.js';
import { type Driver, kafkaError, withAdmin } from './client.js';

export interface WidenOptions {
  readonly driver: Driver;
  readonly topics: Readonly<Record<Side, string>>;
  readonly clock: Clock;
}

const limitMs = 30_000;
const pauseMs = 50;

/** Nothing happens to a topic that has as many already. */
export async function widenTopics({ driver, topics, clock }: WidenOptions, partitions: number): Promise<void> {
  await withAdmin(driver, async (admin) => {
    for (const topic of Object.values(topics)) {
      if ((await count(admin, topic)) >= partitions) continue;
      await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
      // Brokers hear of it one after the other.
      for (const giveUpAt = clock.now() + limitMs; (await count(admin, topic)) < partitions; ) {
        if (clock.now() > giveUpAt)
          throw new IsthmusError('kafka_unreachable', {
            message: `Kafka has not made the partitions of ${topic} yet.`,
          });
        await clock.sleep(pauseMs);
      }
    }
  }).catch((error: unknown) => {
    throw kafkaError(error, 'adding partitions');
  });
}

export async function topicEnds(
  { driver }: Pick<WidenOptions, 'driver'>,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const found = await withAdmin(driver, (admin) => admin.fetchTopicOffsets(topic)).catch((error: unknown) => {
    throw kafkaError(error, 'looking at topics');
  });
  return new Map(found.map(({ partition, high }) => [partition, BigInt(high)]));
}

async function count(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}
