/** Live events as a stream of `text/event-stream`. A client that does not read is dropped, so that nothing piles up. */
import { Readable } from 'node:stream';
import type { Listening, LiveEvent } from '../app/events/event-feed.js';
import type { Sync } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';

/** Beyond this a client is too slow. */
const mostBytes = 512 * 1024;
const heartbeatMs = 15_000;

export class EventStream extends Readable {
  /** Null if there were too many. */
  private readonly listening: Listening | null = null;
  private readonly heartbeat: NodeJS.Timeout | undefined;

  /** `lastId`: the last event that the client saw. Throws `too_many_clients`. */
  constructor(events: Sync['events'], lastId: string | undefined) {
    super();
    this.send('retry: 1000\n\n');
    const listening = events.listen(lastId, (event) => this.send(frame(event)));
    if (listening === null) throw new IsthmusError('too_many_clients');
    this.listening = listening;
    this.heartbeat = setInterval(() => this.send(': still here\n\n'), heartbeatMs).unref();
  }

  /** Events come by themselves. */
  override _read(): void {}

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.listening?.close();
    clearInterval(this.heartbeat);
    done(error);
  }

  private send(text: string): void {
    if (this.destroyed) return;
    if (this.readableLength > mostBytes) this.destroy();
    else this.push(text);
  }
}

/** The data is JSON, which has no line breaks. */
function frame({ id, type, data }: LiveEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}
