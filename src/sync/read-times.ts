/**
 * Until when each log is known to be read and handled to its end. Outlives the engine's lives, so that a lag is true also
 * while none runs.
 */
import type { Side } from '../model/side.js';

export class ReadTimes {
  private readonly at: Record<Side, number>;

  /** Of what was before the start nothing is known: the start is the best that can be said. */
  constructor(startedAt: number) {
    this.at = { sql: startedAt, mongodb: startedAt };
  }

  /** A mark that was written at `at` (our clock) was read, and everything before it is handled. */
  reached(side: Side, at: number): void {
    if (at > this.at[side]) this.at[side] = at;
  }

  ageMs(side: Side, now: number): number {
    return Math.max(0, now - this.at[side]);
  }
}
