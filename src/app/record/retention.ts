/** Removes in the background what the record of conflicts is no longer to keep, a little at a time. Must not know how it is stored. */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { durationMs } from '../../config/duration.js';
import type { Config } from '../../config/schema.js';
import type { ConflictStore } from '../../ports/conflict-store.js';

export interface RetentionOptions {
  readonly conflicts: ConflictStore;
  readonly record: Config['record'];
  readonly clock: Clock;
  readonly log: Logger;
  /** Between two looks at what is there. */
  readonly everyMs?: number;
}

/** Removed in one transaction, and the pause after it: the sync's own writes go first. */
const portion = 500;
const pauseMs = 50;
/** An agreement says nothing to anybody once it stands on both sides; an hour is for whoever looks into a fault. */
const agreementsKeptMs = 3_600_000;

export class Retention {
  private stopper = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: RetentionOptions) {}

  /** Until `stop`; may start again after it. */
  start(): void {
    this.stopper = new AbortController();
    this.loop = this.run();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, log, everyMs = 300_000 } = this.options;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      // What could not be removed now is there the next time; the engine deals with a server that is away.
      await this.sweep().catch(() => log.debug({}, 'old conflicts could not be removed'));
    }
  }

  /** Removes all that is too old or too much; returns how many settlements that were. */
  async sweep(): Promise<number> {
    const { clock, conflicts, record } = this.options;
    const { signal } = this.stopper;
    const now = clock.now();
    const tooMany = await conflicts.timeBeyond(record.most);
    const tooOld = record.keep === null ? 0 : now - (durationMs(record.keep) ?? 0);
    const bounds = {
      now,
      // The one that is too many goes too.
      conflictsBefore: Math.max(tooOld, tooMany === null ? 0 : tooMany + 1),
      agreementsBefore: now - agreementsKeptMs,
      limit: portion,
    };
    let all = 0;
    while (!signal.aborted) {
      const removed = await conflicts.expire(bounds);
      if (removed === 0) break;
      all += removed;
      await clock.sleep(pauseMs, signal);
    }
    return all;
  }
}
