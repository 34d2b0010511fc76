/** When a log should say again that conflicts wait for a person. Must not know which, nor read a clock. */

/** Told once a minute at most: a storm of conflicts must not fill the log. */
const tellAgainMs = 60_000;

export class QueueWatch {
  private told = 0;
  private toldAtMs = Number.NEGATIVE_INFINITY;

  /** Whether more wait than were told of last, and it is time to tell. */
  grew(pending: number, atMs: number): boolean {
    if (pending < this.told) this.told = pending;
    if (pending === this.told || atMs - this.toldAtMs < tellAgainMs) return false;
    this.told = pending;
    this.toldAtMs = atMs;
    return true;
  }
}
