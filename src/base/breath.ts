/** Lets everything else in the process go on, now and then, in the middle of long work without waiting. Must not know the work. */
import type { Clock } from './clock.js';

/** In one go. */
const longestMs = 20;

export class Breath {
  private last: number;

  constructor(private readonly clock: Clock) {
    this.last = clock.now();
  }

  /** Between two pieces of the work. */
  async take(): Promise<void> {
    if (this.clock.now() - this.last <= longestMs) return;
    await this.clock.sleep(0);
    this.last = this.clock.now();
  }
}
