/** A clock that stands still until it is told to pass: whoever sleeps then wakes. */
import type { Clock } from '../base/clock.js';

export class HandClock implements Clock {
  /** How long each sleep was to be. */
  readonly asked: number[] = [];
  private waiting: (() => void)[] = [];

  now(): number {
    return 0;
  }

  sleep(ms: number): Promise<void> {
    this.asked.push(ms);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Resolves when those that woke have had their turn. */
  async pass(): Promise<void> {
    for (const resolve of this.waiting.splice(0)) resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
