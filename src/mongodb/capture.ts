/**
 * MongoDB's log as a `ChangeSource`: one change stream on the synced database. Must not know what becomes of the changes.
 */
import type { MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import type { LaneOf } from '../model/share.js';
import type { ChangeReader, ChangeSource, SourceEvent } from '../ports/change-source.js';
import { ChangeStreamCursor, type StreamBatch, type StreamOptions } from './change-stream.js';
import { DocumentReader } from './document-reader.js';
import { collectionOf, EventView, fragmentsLeft, joinFragments } from './event-view.js';
import { readBareEvent, readLargeEvent } from './large-event.js';
import { errorCode, mongoError } from './mongo-error.js';
import type { OwnWrites } from './own-writes.js';
import { betweenEvents, positionAt, positionOrder, positionSeconds } from './position.js';
import { type OwnInLog, TransactionAssembler } from './transaction-assembler.js';

/** How long the server waits for events before it answers with none. Also how long a closed reader may stay on the server. */
const awaitMs = 1000;
/** An idle stream tells this often how far the log was read, so that its position stays inside the oplog. */
const idleSeconds = 30;
/** The server's code for a reply that has no room for an event. */
const eventTooLarge = 10334;

export interface MongoSourceOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  /** Whether the server knows `$changeStreamSplitLargeEvent`. */
  readonly split: boolean;
  readonly own: OwnWrites;
  /** Which of the log's progress documents are ours. */
  readonly laneOf: LaneOf;
}

export class MongoSource implements ChangeSource {
  readonly side = 'mongodb';

  constructor(private readonly options: MongoSourceOptions) {}

  order(position: Position): bigint {
    return positionOrder(position);
  }

  async begin(): Promise<Position> {
    try {
      return await this.now();
    } catch (error) {
      throw mongoError(error, 'looking for the end of its log');
    }
  }

  async open(from: Position): Promise<ChangeReader> {
    try {
      const reading = this.options.own.reading();
      const between = reading.without === null ? null : betweenEvents(await this.now());
      const own = { ...reading, between };
      const stream = this.streamOptions(from, between === null ? null : own.without);
      return new MongoReader({ ...this.options, own }, stream, await ChangeStreamCursor.open(stream), from);
    } catch (error) {
      throw mongoError(error, 'opening its log');
    }
  }

  /** The end of the log: a position between events. */
  private async now(): Promise<Position> {
    const cursor = await ChangeStreamCursor.open(this.streamOptions(null));
    await cursor.close();
    return cursor.begin;
  }

  private streamOptions(from: Position | null, without: StreamOptions['without'] = null): StreamOptions {
    const { client, database, entities, split } = this.options;
    const collections = [...entities.values()].map((entity) => entity.collection);
    return { client, database, split, from, without, collections };
  }
}

class MongoReader implements ChangeReader {
  private readonly view = new EventView();
  private readonly assembler: TransactionAssembler;
  private readonly readers: ReadonlyMap<string, DocumentReader>;
  private fragments: Buffer[] = [];
  private ahead: Promise<StreamBatch> | null = null;
  /** The last position that was handed out. */
  private told: Position;
  private closed = false;
  /** Events are read one by one, since a large one is ahead. */
  private careful = false;
  /** Ends the pending `next`. */
  private stop: (reason: IsthmusError) => void = () => {};

  constructor(
    options: Pick<MongoSourceOptions, 'entities' | 'name' | 'laneOf'> & { readonly own: OwnInLog },
    private readonly stream: StreamOptions,
    private cursor: ChangeStreamCursor,
    from: Position,
  ) {
    this.readers = new Map(
      [...options.entities.values()].map((entity) => [entity.collection, new DocumentReader(entity)]),
    );
    this.assembler = new TransactionAssembler(options, this.readers, options.own);
    this.told = from;
  }

  async next(): Promise<readonly SourceEvent[]> {
    if (this.closed) throw closedReader();
    try {
      for (;;) {
        const events = await this.unlessClosed(this.read());
        if (events.length === 0) continue;
        this.told = (events[events.length - 1] as SourceEvent).position;
        return events;
      }
    } catch (error) {
      await this.close();
      throw mongoError(error, 'reading its log');
    }
  }

  /** The oplog is not ours to shorten. */
  acknowledge(): void {}

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.stop(closedReader());
    await this.cursor.close();
  }

  /** A reply may take a while; who closes the reader does not wait for it. (`Promise.race` with one lasting promise would leak.) */
  private unlessClosed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.stop = reject;
      work.then(resolve, reject);
    });
  }

  /** One reply of the server, and what it completes. */
  private async read(): Promise<readonly SourceEvent[]> {
    const { assembler } = this;
    const batch = await this.fetch();
    this.ahead = batch.full ? this.readAhead() : null;
    for (const event of batch.events) this.push(event);
    // A reply that ends inside a transaction ends with the last event's own position; one that ran to the end of the log may too,
    // so then the next reply decides: nothing more at once means that the transaction was whole.
    if (batch.events.length === 0 || (assembler.pending && batch.upTo !== assembler.position)) assembler.flush();
    if (batch.closed) await this.reopen(batch);
    const events = assembler.take();
    return events.length > 0 || assembler.pending ? events : this.idle(batch.upTo);
  }

  private async fetch(): Promise<StreamBatch> {
    try {
      return await (this.ahead ?? this.cursor.next(this.assembler.pending ? 1 : awaitMs, this.replySize()));
    } catch (error) {
      if (errorCode(error) !== eventTooLarge) throw error;
      return this.passLargeEvent();
    }
  }

  private replySize(): number | undefined {
    return this.careful ? 1 : undefined;
  }

  /** One event that is too large fails a whole reply: the events before it are read one by one, then it in two halves. */
  private async passLargeEvent(): Promise<StreamBatch> {
    this.ahead = null;
    const stream = { ...this.stream, from: this.assembler.position ?? this.stream.from };
    const bytes = this.careful ? ((await readLargeEvent(stream)) ?? (await this.refuseLargeEvent(stream))) : null;
    this.careful = !this.careful;
    await this.cursor.close();
    if (bytes === null) {
      this.cursor = await ChangeStreamCursor.open(stream);
      return this.fetch();
    }
    this.view.fill(bytes);
    const upTo = positionAt(bytes, this.view.token);
    this.cursor = await ChangeStreamCursor.open({ ...stream, from: upTo });
    return { events: [bytes], upTo, full: true, closed: false };
  }

  /** After a full reply there is more: the server gets it ready while this one is decoded. It need not wait for anything. */
  private readAhead(): Promise<StreamBatch> {
    const ahead = this.cursor.next(1, this.replySize());
    ahead.catch(() => {});
    return ahead;
  }

  private push(bytes: Buffer): void {
    const { view } = this;
    view.fill(bytes);
    if (view.split > 0) {
      this.fragments.push(Buffer.from(bytes));
      if (fragmentsLeft(bytes, view.split) > 0) return;
      view.fill(joinFragments(this.fragments));
      this.fragments = [];
    }
    this.assembler.push(view);
  }

  /** An `invalidate` (the database was dropped) ends the cursor, not the log. */
  private async reopen(batch: StreamBatch): Promise<void> {
    this.assembler.flush();
    await this.cursor.close();
    this.cursor = await ChangeStreamCursor.open({ ...this.stream, from: this.assembler.position ?? batch.upTo });
  }

  private idle(upTo: Position): readonly SourceEvent[] {
    if (
      this.fragments.length > 0 ||
      upTo <= this.told ||
      positionSeconds(upTo) - positionSeconds(this.told) < idleSeconds
    )
      return [];
    return [
      {
        kind: 'part',
        position: upTo,
        transaction: upTo,
        last: true,
        committedAt: positionSeconds(upTo) * 1000,
        echo: null,
        changes: [],
      },
    ];
  }

  private async refuseLargeEvent(stream: StreamOptions): Promise<never> {
    const bytes = await readBareEvent(stream);
    if (bytes === null) throw new IsthmusError('event_too_large');
    const { view } = this;
    view.fill(bytes);
    const collection = collectionOf(bytes, view.namespace);
    const key = view.documentKey === 0 ? undefined : this.readers.get(collection)?.keyOf(bytes, view.documentKey);
    throw new IsthmusError('event_too_large', {
      message: `The ${view.operation} of record ${JSON.stringify(key)} in ${collection} makes a change event of more than 16 MB, which this server cannot split.`,
    });
  }
}

function closedReader(): IsthmusError {
  return new IsthmusError('transient', { message: 'The reader of MongoDB’s log was closed.' });
}
