/** Spaces a link's batches, so that it writes no more changes a second than it may. Must not know batches. */
import type { Clock } from '../base/clock.js';

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Changes in a batch, about. */
  readonly batch: number;
  /** Changes a second at most; null: no limit. */
  readonly perSecond: number | null;
  readonly signal: AbortSignal;
}

export class Throttle {
  private notBefore = 0;

  constructor(private readonly options: ThrottleOptions) {}

  /** Whether the next batch has to wait; then `go` is called when it may begin. */
  holds(go: () => void): boolean {
    const { batch, clock, perSecond, signal } = this.options;
    if (perSecond === null) return false;
    const now = clock.now();
    if (now >= this.notBefore) {
      this.notBefore = now + (batch / perSecond) * 1000;
      return false;
    }
    void clock.sleep(this.notBefore - now, signal).then(go);
    return true;
  }
}
