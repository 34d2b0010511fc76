/** The entry of the Kafka transport: one driver, and over it what prepares topics, publishes and reads. */
import type { Finding } from '../base/finding.js';
import type { Entity } from '../model/entity.js';
import type { Side } from '../model/side.js';
import type { ChangePublisher } from '../ports/change-publisher.js';
import { type BrokerOptions, kafkaError, loadDriver } from './client.js';
import { KafkaPublisher, type PublisherOptions } from './publisher.js';
import { TopicLog } from './topic-log.js';
import { inspectTopics, prepareTopics, removeTopics, type TopicOptions } from './topics.js';
import { topicEnds, widenTopics } from './widen-topics.js';
import { WorkerGroup } from './worker-group.js';

export interface KafkaOptions extends BrokerOptions, Omit<TopicOptions, 'driver'> {
  readonly groupId: string;
  readonly entities: ReadonlyMap<string, Entity>;
}

export interface KafkaPrepareOptions {
  readonly dryRun: boolean;
  readonly onStatement: (statement: string) => void;
}

export type HowToPublish = Pick<PublisherOptions, 'division' | 'shareOfMark' | 'ownerOfLane' | 'envelope'>;

export interface OpenPublisher extends ChangePublisher {
  close(): Promise<void>;
}

export interface KafkaTransport {
  prepare(how: KafkaPrepareOptions): Promise<void>;
  teardown(how: KafkaPrepareOptions): Promise<void>;
  inspect(): Promise<readonly Finding[]>;
  publisher(side: Side, how: HowToPublish): Promise<OpenPublisher>;
  /** Gives both change topics this many partitions, where they have fewer. */
  widen(partitions: number): Promise<void>;
  /** The offset that a partition's next message will have. */
  ends(side: Side): Promise<ReadonlyMap<number, bigint>>;
  /** A topic of one partition that others write to. */
  topicLog(topic: string): TopicLog;
  /** Not started yet. */
  group(onAssigned: (partitions: readonly number[]) => void): WorkerGroup;
}

/** Connects to nothing yet. Throws `kafka_driver_missing`. */
export async function openKafka(options: KafkaOptions): Promise<KafkaTransport> {
  const driver = await loadDriver(options);
  const all = { ...options, driver };
  return {
    prepare: (how) => prepareTopics(all, how),
    teardown: (how) => removeTopics(all, how),
    inspect: () => inspectTopics(all),
    widen: (partitions) => widenTopics(all, partitions),
    ends: (side) => topicEnds(all, options.topics[side]),
    async publisher(side, how) {
      const producer = driver.kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
      await producer.connect().catch((error: unknown) => {
        throw kafkaError(error, 'connecting');
      });
      const { partitions, entities } = options;
      const publisher = new KafkaPublisher({ ...how, producer, topic: options.topics[side], partitions, entities });
      return {
        publish: (events) => publisher.publish(events),
        close: () => producer.disconnect(),
      };
    },
    topicLog: (topic) => new TopicLog({ ...all, topic }),
    group: (onAssigned) => new WorkerGroup({ ...all, onAssigned }),
  };
}
