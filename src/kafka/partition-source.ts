/** One partition of a change topic as a `ChangeSource`: to an engine it is the log of a side, of its own records only. */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import type { Side } from '../model/side.js';
import type { ChangeReader, ChangeSource, SourceEvent } from '../ports/change-source.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import { Assembler } from './assembler.js';
import type { Feed, RawMessage } from './feed.js';
import { beforeAll, placePosition, readPlace } from './place.js';
import { decodeMessage, type WireMessage } from './topic-message.js';

export interface PartitionSourceOptions {
  readonly side: Side;
  readonly topic: string;
  readonly partition: number;
  /** How often the records were divided anew. */
  readonly division: number;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly feed: Feed;
  /** Aborted: nothing is opened any more, since nobody would close it. */
  readonly cut: AbortSignal;
  /** The log’s own order of its positions. */
  readonly order: (position: Position) => bigint;
  /** Resolves when it is kept: the message is passed over then. */
  readonly unreadable: (message: UnreadableMessage) => Promise<void>;
}

export class PartitionSource implements ChangeSource {
  readonly side: Side;

  constructor(private readonly options: PartitionSourceOptions) {
    this.side = options.side;
  }

  order(position: Position): bigint {
    return this.options.order(readPlace(position).source);
  }

  /** A topic is read from its first message: all that captures have published is one unbroken log only from there. */
  begin(): Promise<Position> {
    return Promise.resolve(placePosition(beforeAll));
  }

  async open(from: Position): Promise<ChangeReader> {
    const { cut, division, feed } = this.options;
    if (cut.aborted) throw new IsthmusError('transient', { message: 'The partition is no longer this worker’s.' });
    const place = readPlace(from);
    feed.open(BigInt(place.offset) + 1n);
    return new PartitionReader(this.options, new Assembler(place, division));
  }
}

class PartitionReader implements ChangeReader {
  private closed = false;

  constructor(
    private readonly options: PartitionSourceOptions,
    private readonly assembler: Assembler,
  ) {}

  async next(): Promise<readonly SourceEvent[]> {
    try {
      for (;;) {
        for (const message of await this.options.feed.next()) await this.take(message);
        if (this.assembler.size > 0) return this.assembler.take();
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private async take(message: RawMessage): Promise<void> {
    const { entities, topic, partition, unreadable } = this.options;
    try {
      this.assembler.push(decodeMessage(entities, wireOf(message)), message.offset);
    } catch (error) {
      if (!isIsthmusError(error, 'message_invalid')) throw error;
      await unreadable({ topic, partition, offset: message.offset, reason: error.message });
    }
  }

  acknowledge(position: Position): void {
    this.options.feed.acknowledged = BigInt(readPlace(position).offset);
  }

  close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.options.feed.close();
    }
    return Promise.resolve();
  }
}

function wireOf({ key, value, headers = {} }: RawMessage): WireMessage {
  const texts: Record<string, string> = {};
  for (const [name, header] of Object.entries(headers)) {
    const first = Array.isArray(header) ? header[0] : header;
    if (first !== undefined) texts[name] = first.toString();
  }
  return { key: key === null ? null : key.toString(), value: value === null ? null : value.toString(), headers: texts };
}
