/**
 * Reads the replication stream into source events, one call of `next` at a time, and tells the server what was
 * acknowledged, never more. Must not know how the connection was chosen.
 */
import type { Clock } from '../../base/clock.js';
import type { Position } from '../../model/change.js';
import type { ChangeReader, SourceEvent } from '../../ports/change-source.js';
import type { PgoutputDecoder } from '../decode/pgoutput-decoder.js';
import { startLsn } from '../decode/position.js';
import { toIsthmusError } from '../server-error.js';
import type { ReplicationClient } from './replication-client.js';
import { dataAt, frameTag, replyRequested, statusMessage, walEnd } from './standby-status.js';
import type { TableWatch } from './table-watch.js';

export interface PostgresReaderOptions {
  readonly client: ReplicationClient;
  readonly decoder: PgoutputDecoder;
  readonly watch: TableWatch;
  readonly from: Position;
  readonly clock: Clock;
  /** Asked when the connection failed: the reason to stop for, if the slot is no longer to be had. */
  readonly diagnose: (error: unknown) => Promise<Error>;
}

/** Changes that one `next` returns at most, give or take a transaction of ours. */
const nextLimit = 2_000;
/** Well under any wal_sender_timeout: the server gives up a client that is silent, also while nobody calls `next`. */
const statusEveryMs = 1_000;
/** How often, in statuses, it is looked whether a table was dropped. */
const watchEvery = 3;

export class PostgresReader implements ChangeReader {
  private written = 0n;
  private acknowledged = 0n;
  private told = 0n;
  private closed = false;
  private ticks = 0;
  /** Of what was returned last. */
  private last: Position;
  private readonly gone = new Set<string>();
  private stops: SourceEvent[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: PostgresReaderOptions) {
    this.last = options.from;
    this.timer = setInterval(() => this.tick(), statusEveryMs);
    this.timer.unref();
  }

  async next(): Promise<readonly SourceEvent[]> {
    const { client, decoder } = this.options;
    try {
      for (;;) {
        this.drain();
        if (decoder.size > 0 || this.stops.length > 0) return this.take();
        await client.wait();
      }
    } catch (error) {
      const wasClosed = this.closed;
      await this.close();
      throw wasClosed ? toIsthmusError(error, 'reading PostgreSQL’s log') : await this.options.diagnose(error);
    }
  }

  acknowledge(position: Position): void {
    const lsn = startLsn(position);
    if (lsn > this.acknowledged) this.acknowledged = lsn;
  }

  close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      clearInterval(this.timer);
      this.tell();
      this.options.client.close();
    }
    return Promise.resolve();
  }

  /** Stops come before what was read since: a table that is gone is no longer to be trusted. */
  private take(): readonly SourceEvent[] {
    const events = [...this.stops, ...this.options.decoder.take()];
    this.stops = [];
    this.last = events.at(-1)?.position ?? this.last;
    return events;
  }

  private tick(): void {
    this.tell();
    if (this.ticks++ % watchEvery === 0) void this.lookForTables();
  }

  /** What is gone becomes a stop, which the next `next` returns first. */
  async lookForTables(): Promise<void> {
    const { client, watch } = this.options;
    // A server that does not answer is told of by the stream itself.
    for (const entity of await watch.gone().catch(() => [])) {
      if (this.gone.has(entity)) continue;
      this.gone.add(entity);
      this.stops.push({ kind: 'stop', position: this.last, entity, reason: `table ${entity} was dropped or renamed` });
      client.awake();
    }
  }

  private drain(): void {
    const { client, decoder } = this.options;
    while (decoder.size < nextLimit) {
      const frame = decoder.size === 0 ? client.read() : client.readArrived();
      if (frame === null) return;
      this.written = walEnd(frame) > this.written ? walEnd(frame) : this.written;
      if (frame[0] === frameTag.data) decoder.push(frame, dataAt);
      else if (frame[0] === frameTag.keepalive && replyRequested(frame)) this.tell();
    }
  }

  private tell(): void {
    const { client, clock } = this.options;
    const nowMs = clock.now();
    if (this.acknowledged > this.told) {
      this.told = this.acknowledged;
      client.write(statusMessage({ written: this.written, flushed: this.acknowledged, nowMs }));
    }
    client.write(statusMessage({ written: this.written, flushed: 0n, nowMs }));
  }
}
