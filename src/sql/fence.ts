/** Whether a newer process has taken this sync over, by the epochs that are stored on a SQL side. Must not know how they are read. */
import { IsthmusError } from '../base/errors.js';

export class Fence {
  private own: number | null = null;

  /** `stored`: the highest epoch that was ever stored; 0: none. */
  constructor(readonly stored: () => Promise<number>) {}

  /** Set when this process has taken over; before that it owns nothing and is not fenced. */
  get epoch(): number | null {
    return this.own;
  }

  set epoch(epoch: number) {
    this.own = epoch;
  }

  async check(): Promise<void> {
    if (this.own !== null && (await this.stored()) > this.own) throw new IsthmusError('fenced');
  }
}
