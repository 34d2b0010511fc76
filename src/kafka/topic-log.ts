/**
 * A topic of one partition that others write to, read alone from any offset on. Each reader is a consumer group of its own, so that it
 * waits for no other one to leave. Must not know what messages say.
 */
import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type Driver, kafkaError, withAdmin } from './client.js';
import { Feed, type RawMessage } from './feed.js';

export interface TopicLogOptions {
  readonly driver: Driver;
  readonly topic: string;
  /** Readers' groups are named after it. */
  readonly groupId: string;
  readonly log: Logger;
}

export interface TopicReader {
  /** What waits, at least one; rejects when it is closed. */
  next(): Promise<readonly RawMessage[]>;
  close(): Promise<void>;
}

const partition = 0;
const maxWaitTimeInMs = 200;
/** A batch that does not begin where it was asked for, so often in a row, has another cause than chance. */
const strangeMost = 3;

export class TopicLog {
  readonly topic: string;

  constructor(private readonly options: TopicLogOptions) {
    this.topic = options.topic;
  }

  /** Of the first message that is there, and of the next one that will be. Throws `topic_lost` where there is no such topic. */
  async bounds(): Promise<{ readonly low: bigint; readonly high: bigint }> {
    const { driver, topic } = this.options;
    const offsets = await withAdmin(driver, async (admin) =>
      (await admin.listTopics()).includes(topic) ? admin.fetchTopicOffsets(topic) : [],
    ).catch((error: unknown) => {
      throw kafkaError(error, `looking at ${topic}`);
    });
    const found = offsets.find((one) => one.partition === partition);
    if (found === undefined) throw new IsthmusError('topic_lost', { message: `There is no topic ${topic}.` });
    return { low: BigInt(found.low), high: BigInt(found.high) };
  }

  /** Throws `topic_lost` where the topic no longer has, or never had, what is asked for. */
  async open(from: bigint): Promise<TopicReader> {
    await this.assertHas(from);
    const reader = new Reader(this.options, (offset) => this.assertHas(offset));
    try {
      await reader.start(from);
      return reader;
    } catch (error) {
      await reader.close();
      throw kafkaError(error, `reading ${this.topic}`);
    }
  }

  private async assertHas(from: bigint): Promise<void> {
    const { low, high } = await this.bounds();
    if (low <= from && from <= high) return;
    const message = `${this.topic} has the offsets ${low} to ${high}, and ${from} is to be read next.`;
    throw new IsthmusError('topic_lost', { message });
  }
}

class Reader implements TopicReader {
  private readonly consumer: Consumer;
  private readonly groupId: string;
  private readonly feed: Feed;
  private joined = false;
  private closed: Promise<void> | null = null;
  private strange = 0;

  constructor(
    private readonly options: TopicLogOptions,
    /** Throws where the offset is not to be had. */
    private readonly look: (offset: bigint) => Promise<void>,
  ) {
    const { driver, groupId, topic } = options;
    this.groupId = `${groupId}_debezium_${randomUUID()}`;
    this.consumer = driver.kafka.consumer({
      groupId: this.groupId,
      maxWaitTimeInMs,
      maxBytesPerPartition: 4_000_000,
      maxBytes: 16_000_000,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(true) },
    });
    const mine = [{ topic, partitions: [partition] }];
    const ifJoined = (work: () => void): void => {
      if (!this.joined) return;
      try {
        work();
      } catch {
        // The driver is joining the group anew: what is wanted is told again then.
      }
    };
    this.feed = new Feed({
      seek: (offset) => ifJoined(() => this.consumer.seek({ topic, partition, offset })),
      pause: () => ifJoined(() => this.consumer.pause(mine)),
      resume: () => ifJoined(() => this.consumer.resume(mine)),
    });
  }

  async start(from: bigint): Promise<void> {
    const { consumer, feed } = this;
    const { log, topic } = this.options;
    feed.open(from);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.joined = true;
      feed.assigned();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) =>
      log.warn({ code: 'kafka_unreachable' }, `Kafka, reading ${topic}: ${payload.error.message}`),
    );
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => this.take(batch) });
  }

  next(): Promise<readonly RawMessage[]> {
    return this.feed.next();
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  /** A group without members has no more use; where it may not be removed, the broker does so in time. */
  private async end(): Promise<void> {
    this.feed.close();
    await this.consumer.disconnect().catch(() => {});
    await withAdmin(this.options.driver, (admin) => admin.deleteGroups([this.groupId])).catch(() => {});
  }

  private async take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    // The driver keeps it and does not declare it.
    const asked = String((batch as unknown as { readonly fetchedOffset: string }).fetchedOffset);
    const { messages, highWatermark: end } = batch;
    if (this.feed.offer({ asked, messages, lastOffset: batch.lastOffset(), end })) {
      this.strange = 0;
      resolveOffset(batch.lastOffset());
    } else if (++this.strange >= strangeMost) await this.fail();
    await heartbeat();
  }

  private async fail(): Promise<void> {
    this.strange = 0;
    const { wanted } = this.feed;
    if (wanted === null) return;
    await this.look(wanted).catch((error: unknown) => this.feed.fail(kafkaError(error, 'reading a topic')));
  }
}
