/** A sum over the last while, in a fixed number of buckets. Must not know what is summed. */

export interface SlidingSumOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly bucketMs: number;
  readonly buckets: number;
}

export class SlidingSum {
  private readonly sums: number[];
  /** The number of the bucket that is being filled, counted from 1970. */
  private current: number;

  constructor(private readonly options: SlidingSumOptions) {
    this.sums = new Array<number>(options.buckets).fill(0);
    this.current = this.bucketNow();
  }

  add(amount: number): void {
    this.advance();
    const at = this.current % this.sums.length;
    this.sums[at] = (this.sums[at] as number) + amount;
  }

  /** To within a bucket. */
  sum(): number {
    this.advance();
    return this.sums.reduce((all, one) => all + one, 0);
  }

  /** A clock that steps back goes on filling the newest bucket. */
  private advance(): void {
    const now = this.bucketNow();
    const passed = Math.min(now - this.current, this.sums.length);
    for (let step = 1; step <= passed; step++) this.sums[(now - passed + step) % this.sums.length] = 0;
    if (now > this.current) this.current = now;
  }

  private bucketNow(): number {
    return Math.floor(this.options.now() / this.options.bucketMs);
  }
}
