/**
 * Runs the engine of one share for as long as it is this worker's. A share that another worker has taken over is begun again only
 * if it is still to be this one's a while later. Must not know who decides that.
 */
import type { Clock } from '../../base/clock.js';
import { asIsthmusError, type IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { CommonCourse } from '../../model/course.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { ShareCourse } from '../../sync/share-course.js';

/** An engine with its own stores. */
export interface Share {
  readonly engine: SyncEngine;
  /** Null: its direction never changes. */
  readonly course: Pick<ShareCourse, 'follow'> | null;
  /** Its start waits for what may never come: end it. */
  interrupt(): void;
  close(): Promise<void>;
}

export interface ShareSlotParts {
  readonly share: number;
  readonly open: (share: number) => Share;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFailure: (error: IsthmusError) => void;
}

/** Long enough for a worker that came back from a stop to learn that the share is no longer its own. */
const fencedPauseMs = 2_000;
const retryPauseMs = 1_000;

export class ShareSlot {
  private wanted = false;
  private paused = false;
  private current: Share | null = null;
  private stopper = new AbortController();
  private running: Promise<void> | null = null;
  /** The engine is being turned. */
  private turning = false;

  constructor(private readonly parts: ShareSlotParts) {}

  /** Null: it is not this worker's, or is just being begun. */
  get engine(): SyncEngine | null {
    return this.current?.engine ?? null;
  }

  /** To be this worker's, or not. */
  want(wanted: boolean): void {
    if (this.wanted === wanted) return;
    this.wanted = wanted;
    if (!wanted) return this.stopper.abort();
    // The one before is let end first.
    const before = this.running ?? Promise.resolve();
    this.stopper = new AbortController();
    this.running = before.then(() => this.run(this.stopper.signal));
  }

  pause(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    if (paused) void this.engine?.pause();
    else void this.engine?.resume();
  }

  /** One turn after the other; what is not followed now is followed at the next look, or by the next life. */
  follow(common: CommonCourse): void {
    const { current } = this;
    if (current === null || current.course === null || this.turning) return;
    this.turning = true;
    void current.course
      .follow(current.engine, common)
      .catch((error: Error) => this.parts.log.debug({ share: this.parts.share }, `not turned yet: ${error.message}`))
      .finally(() => {
        this.turning = false;
      });
  }

  async end(): Promise<void> {
    this.want(false);
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { clock, log, onFailure, open, share } = this.parts;
    while (!signal.aborted) {
      const one = open(share);
      this.current = one;
      if (this.paused) void one.engine.pause();
      const ended = new Promise<null>((resolve) => {
        if (signal.aborted) resolve(null);
        signal.addEventListener('abort', () => resolve(null), { once: true });
      });
      let started = false;
      const failed = one.engine.start().then(
        () => {
          started = true;
          return one.engine.failure;
        },
        (error: unknown) => asIsthmusError(error),
      );
      const error = await Promise.race([ended, failed]);
      if (!started) one.interrupt();
      await one.engine.stop();
      this.current = null;
      await one.close();
      if (error === null || signal.aborted) return;
      if (error.code !== 'fenced' && !error.retry) return onFailure(error);
      log.warn({ code: error.code, share }, `a share stopped here: ${error.message}`);
      await clock.sleep(error.code === 'fenced' ? fencedPauseMs : retryPauseMs, signal);
    }
  }
}
