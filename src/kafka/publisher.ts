/** Publishes what a side's log says to a change topic, in order. Must not know where the log comes from. */
import type { Message, Producer } from 'kafkajs';
import type { Entity } from '../model/entity.js';
import type { ChangePublisher } from '../ports/change-publisher.js';
import type { SourceEvent } from '../ports/change-source.js';
import { kafkaError } from './client.js';
import { forOtherConsumers, type WriteEnvelope } from './other-consumers.js';
import { Splitter, type SplitterOptions } from './splitter.js';
import { encodeMessage, type TopicMessage, type WireMessage } from './topic-message.js';

export interface PublisherOptions extends SplitterOptions {
  readonly producer: Producer;
  readonly topic: string;
  readonly entities: ReadonlyMap<string, Entity>;
  /** Null: messages are for our workers alone. Counts what it is given, so each publisher needs its own. */
  readonly envelope: WriteEnvelope | null;
}

/** In one request; a single message may be larger. */
const bytesMost = 4_000_000;

export class KafkaPublisher implements ChangePublisher {
  private readonly splitter: Splitter;

  constructor(private readonly options: PublisherOptions) {
    this.splitter = new Splitter(options);
  }

  async publish(events: readonly SourceEvent[]): Promise<void> {
    let messages: Message[] = [];
    let bytes = 0;
    for (const event of events) {
      for (const { partition, message } of this.splitter.split(event)) {
        const { key, value, headers } = this.encode(message);
        messages.push({ partition, key, value, headers: { ...headers } });
        bytes += value?.length ?? 0;
        if (bytes < bytesMost) continue;
        await this.send(messages);
        messages = [];
        bytes = 0;
      }
    }
    if (messages.length > 0) await this.send(messages);
  }

  private encode(message: TopicMessage): WireMessage {
    const { entities, envelope } = this.options;
    const wire = encodeMessage(entities, message);
    return envelope === null ? wire : forOtherConsumers(message, wire, envelope);
  }

  /** One request at a time: a later one must not overtake. */
  private async send(messages: Message[]): Promise<void> {
    const { producer, topic } = this.options;
    try {
      await producer.send({ topic, messages, acks: -1 });
    } catch (error) {
      throw kafkaError(error, `publishing to ${topic}`);
    }
  }
}
