/** Watches a sync for those who listen: its status each second, its numbers now and then, and only where something changed. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { SyncNumbers, SyncStatus } from '../sync.js';
import type { EventFeed, Listening, LiveEvent } from './event-feed.js';

export interface LiveEventsOptions {
  readonly feed: EventFeed;
  readonly status: () => SyncStatus;
  readonly numbers: () => Promise<SyncNumbers>;
  readonly clock: Clock;
  readonly log: Logger;
}

const statusEveryMs = 1000;
/** Counting all conflicts asks the database. */
const numbersEveryTicks = 3;

export class LiveEvents {
  private readonly stopper = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private shown = '';
  private shownNumbers = '';
  private readonly loads = new Map<string, string>();

  constructor(private readonly options: LiveEventsOptions) {}

  /** Tells what came after `lastId` (the status in any case), then what comes; null: too many listen. */
  listen(lastId: string | undefined, listener: (event: LiveEvent) => void): Listening | null {
    this.lookAtStatus();
    return this.options.feed.listen(lastId, listener);
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, feed, log } = this.options;
    for (let tick = 0; !this.stopper.signal.aborted; tick++) {
      await clock.sleep(statusEveryMs, this.stopper.signal);
      if (this.stopper.signal.aborted || feed.listening === 0) continue;
      this.lookAtStatus();
      if (tick % numbersEveryTicks !== 0) continue;
      // A server may be away: the status tells that.
      await this.lookAtNumbers().catch(() => log.debug({}, 'the numbers could not be read'));
    }
  }

  private lookAtStatus(): void {
    const status = this.options.status();
    const text = JSON.stringify(status);
    if (text === this.shown) return;
    this.shown = text;
    this.options.feed.publish('status', status);
    for (const { table, load } of status.entities) {
      const now = JSON.stringify(load);
      const before = this.loads.get(table);
      this.loads.set(table, now);
      if (before !== undefined && before !== now) this.options.feed.publish('load', { table, ...load });
    }
  }

  private async lookAtNumbers(): Promise<void> {
    const numbers = await this.options.numbers();
    const text = JSON.stringify(numbers);
    if (text === this.shownNumbers) return;
    this.shownNumbers = text;
    this.options.feed.publish('numbers', numbers);
  }
}
