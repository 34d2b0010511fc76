/** Reads a connector's messages into source events, and keeps those that cannot be read. Must not know what they say. */
import type { Clock } from '../base/clock.js';
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { ChangeReader, SourceEvent } from '../ports/change-source.js';
import type { TableLook } from '../ports/sql-side.js';
import type { UnreadableMessage } from '../ports/unreadable-store.js';
import type { TopicDecoder } from './topic-decoder.js';
import type { RawTopicMessage, TopicReader } from './topic-port.js';

export interface DebeziumReaderOptions {
  readonly topic: string;
  readonly reader: TopicReader;
  readonly decoder: TopicDecoder;
  readonly look: TableLook;
  readonly from: Position;
  readonly clock: Clock;
  readonly unreadable: (message: UnreadableMessage) => Promise<void>;
}

/** Changes that one `next` returns at most, give or take a transaction of ours. */
const nextLimit = 2_000;
const lookEveryMs = 3_000;

export class DebeziumReader implements ChangeReader {
  private waiting: RawTopicMessage[] = [];
  private fetching: Promise<readonly RawTopicMessage[]> | null = null;
  private wake: () => void = () => {};
  private stops: SourceEvent[] = [];
  private readonly gone = new Set<string>();
  private readonly stopper = new AbortController();
  /** Of what was returned last. */
  private last: Position;

  constructor(private readonly options: DebeziumReaderOptions) {
    this.last = options.from;
    void this.lookAgain();
  }

  async next(): Promise<readonly SourceEvent[]> {
    try {
      for (;;) {
        await this.decode();
        if (this.options.decoder.size > 0 || this.stops.length > 0) return this.take();
        await this.more();
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The broker keeps what it has for a time, read or not. */
  acknowledge(): void {}

  async close(): Promise<void> {
    this.stopper.abort();
    this.wake();
    await this.options.reader.close();
  }

  private async decode(): Promise<void> {
    const { decoder } = this.options;
    let at = 0;
    for (; at < this.waiting.length && decoder.size < nextLimit; at++)
      await this.push(this.waiting[at] as RawTopicMessage);
    this.waiting = this.waiting.slice(at);
  }

  private async push({ offset, value }: RawTopicMessage): Promise<void> {
    const { decoder, topic, unreadable } = this.options;
    try {
      decoder.push({ offset, value: value === null ? null : value.toString() });
    } catch (error) {
      if (!isIsthmusError(error, 'message_invalid')) throw error;
      await unreadable({ topic, partition: 0, offset, reason: error.message });
    }
  }

  /** Until there are messages, a table is gone, or this is closed. */
  private async more(): Promise<void> {
    if (this.stopper.signal.aborted) throw new IsthmusError('transient', { message: 'The topic’s reader was closed.' });
    this.fetching ??= this.options.reader.next();
    const woken = new Promise<null>((resolve) => {
      this.wake = () => resolve(null);
    });
    const messages = await Promise.race([this.fetching, woken]);
    if (messages === null) return;
    this.fetching = null;
    this.waiting = [...messages];
  }

  /** Stops come before what was read since: a table that is gone is no longer to be trusted. */
  private take(): readonly SourceEvent[] {
    const events = [...this.stops, ...this.options.decoder.take()];
    this.stops = [];
    this.last = events.at(-1)?.position ?? this.last;
    return events;
  }

  /** The connector tells nothing of a table that was dropped or renamed, nor of a lost identity. */
  private async lookAgain(): Promise<void> {
    const { clock, look } = this.options;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal);
      if (signal.aborted) return;
      // A server that does not answer is told of by whoever writes to it.
      const changed = await look.changed().catch(() => new Map<string, string>());
      for (const [entity, reason] of changed) {
        if (this.gone.has(entity)) continue;
        this.gone.add(entity);
        this.stops.push({ kind: 'stop', position: this.last, entity, reason });
        this.wake();
      }
    }
  }
}
