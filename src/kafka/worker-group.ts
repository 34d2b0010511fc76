/**
 * A worker's place in the consumer group that shares the partitions of both topics out, and its fetching. Which offset is read
 * next is the readers' business: the group's own offsets are only for those who watch it. Must not know what messages say.
 */
import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type Side, sides } from '../model/side.js';
import { type Member, shareOut } from './assigner.js';
import { type Driver, kafkaError, withAdmin } from './client.js';
import { Feed } from './feed.js';

export interface WorkerGroupOptions {
  readonly driver: Driver;
  readonly groupId: string;
  readonly topics: Readonly<Record<Side, string>>;
  readonly partitions: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** These partitions of both topics are this worker's now. Called whenever the group was formed anew. */
  readonly onAssigned: (partitions: readonly number[]) => void;
}

/** Without a sign of life for so long, a worker's partitions go to others. */
const sessionTimeout = 10_000;
/** How long a fetch waits where there is nothing: a partition that is read from elsewhere now waits as long. */
const maxWaitTimeInMs = 200;
const commitEveryMs = 5_000;
/** Of each partition in one fetch; a message may be larger. Captures send no more in one request. */
const fetchBytes = 1_000_000;
/** A batch that does not begin where it was asked for, so often in a row, has another cause than chance. */
const strangeMost = 3;

interface Place {
  readonly feed: Feed;
  strange: number;
}

export class WorkerGroup {
  private readonly consumer: Consumer;
  private readonly places = new Map<string, Place>();
  private readonly sideOf: ReadonlyMap<string, Side>;
  private assigned = new Set<number>();
  private readonly stopper = new AbortController();
  private committing: Promise<void> = Promise.resolve();

  constructor(private readonly options: WorkerGroupOptions) {
    const { driver, groupId, partitions, topics } = options;
    this.sideOf = new Map(sides.map((side) => [topics[side], side]));
    this.consumer = driver.kafka.consumer({
      groupId,
      partitionAssigners: [this.assigner()],
      sessionTimeout,
      rebalanceTimeout: sessionTimeout,
      heartbeatInterval: 2_000,
      maxWaitTimeInMs,
      maxBytesPerPartition: fetchBytes,
      // A broker fills a fetch in the order of the partitions, which is always the same: there must be room for the last one.
      maxBytes: fetchBytes * sides.length * partitions,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  async start(): Promise<void> {
    const { consumer } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload }) =>
      this.options.log.warn({ code: 'kafka_unreachable' }, `Kafka, reading topics: ${payload.error.message}`),
    );
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: Object.values(this.options.topics), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (batch) => this.take(batch),
      });
    } catch (error) {
      throw kafkaError(error, 'joining the consumer group');
    }
    this.committing = this.commit();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.committing;
    await this.consumer.disconnect();
  }

  feed(side: Side, partition: number): Feed {
    return this.place(side, partition).feed;
  }

  /** Messages that wait in a side's topic for this worker's readers, by partition. */
  lag(side: Side): ReadonlyMap<number, number> {
    return new Map([...this.assigned].map((partition) => [partition, this.feed(side, partition).waiting]));
  }

  private joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const partitions = [...new Set(Object.values(assignment).flat())].sort((a, b) => a - b);
    this.assigned = new Set(partitions);
    for (const side of sides) for (const partition of partitions) this.feed(side, partition).assigned();
    this.options.onAssigned(partitions);
  }

  private async take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const side = this.sideOf.get(batch.topic);
    if (side === undefined) return;
    const place = this.place(side, batch.partition);
    // The driver keeps it and does not declare it.
    const asked = String((batch as unknown as { readonly fetchedOffset: string }).fetchedOffset);
    const { messages, highWatermark: end } = batch;
    if (place.feed.offer({ asked, messages, lastOffset: batch.lastOffset(), end })) {
      place.strange = 0;
      resolveOffset(batch.lastOffset());
    } else if (++place.strange >= strangeMost) await this.look(side, batch.partition, place);
    await heartbeat();
  }

  /** The driver goes on elsewhere where the broker has not the offset that was asked for. */
  private async look(side: Side, partition: number, place: Place): Promise<void> {
    place.strange = 0;
    const { wanted } = place.feed;
    if (wanted === null) return;
    const topic = this.options.topics[side];
    const offsets = await withAdmin(this.options.driver, (admin) => admin.fetchTopicOffsets(topic));
    const found = offsets.find((one) => one.partition === partition);
    if (found === undefined || (BigInt(found.low) <= wanted && wanted <= BigInt(found.high))) return;
    const message = `${topic}/${partition} has the offsets ${found.low} to ${found.high}, and ${wanted} is to be read next.`;
    place.feed.fail(new IsthmusError('topic_lost', { message }));
  }

  private place(side: Side, partition: number): Place {
    const name = `${side}/${partition}`;
    const known = this.places.get(name);
    if (known !== undefined) return known;
    const topic = this.options.topics[side];
    const mine = [{ topic, partitions: [partition] }];
    const ifAssigned = (work: () => void): void => {
      if (!this.assigned.has(partition)) return;
      try {
        work();
      } catch {
        // The driver is joining the group anew, or has left it: what is wanted is told again when partitions are assigned.
      }
    };
    const feed = new Feed({
      seek: (offset) => ifAssigned(() => this.consumer.seek({ topic, partition, offset })),
      pause: () => ifAssigned(() => this.consumer.pause(mine)),
      resume: () => ifAssigned(() => this.consumer.resume(mine)),
    });
    const place = { feed, strange: 0 };
    this.places.set(name, place);
    return place;
  }

  /** For those who watch the group: nothing of ours goes by it. */
  private async commit(): Promise<void> {
    const { clock, log, topics } = this.options;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(commitEveryMs, signal);
      const offsets = sides.flatMap((side) =>
        [...this.assigned].flatMap((partition) => {
          const { acknowledged } = this.feed(side, partition);
          return acknowledged === null ? [] : [{ topic: topics[side], partition, offset: String(acknowledged + 1n) }];
        }),
      );
      if (offsets.length === 0) continue;
      await this.consumer
        .commitOffsets(offsets)
        .catch((error: Error) => log.debug({}, `the group’s offsets could not be told: ${error.message}`));
    }
  }

  private assigner(): PartitionAssigner {
    const { driver, partitions, topics } = this.options;
    const { MemberAssignment, MemberMetadata } = driver.module.AssignerProtocol;
    const name = 'isthmus';
    return () => ({
      name,
      version: 1,
      protocol: ({ topics: subscribed }) => ({
        name,
        metadata: MemberMetadata.encode({
          version: 1,
          topics: subscribed,
          userData: Buffer.from(JSON.stringify([...this.assigned])),
        }),
      }),
      assign: ({ members }) => {
        const known = members.map(({ memberId, memberMetadata }): Member => {
          const told = MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '';
          return { id: memberId, has: readPartitions(told) };
        });
        const assignments = [...shareOut(known, partitions)].map(([memberId, mine]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: 1,
            assignment: Object.fromEntries(Object.values(topics).map((topic) => [topic, [...mine]])),
            userData: Buffer.alloc(0),
          }),
        }));
        return Promise.resolve(assignments);
      },
    });
  }
}

function readPartitions(told: string): readonly number[] {
  try {
    const read: unknown = JSON.parse(told);
    return Array.isArray(read) ? read.filter((one) => Number.isInteger(one)) : [];
  } catch {
    return [];
  }
}
