/** How many requests an address may make: a bucket each, refilled as time goes by. Pure but for the clock that it is given. */

export interface RateLimitOptions {
  /** Requests a second; twice as many may come at once. */
  readonly perSecond: number;
  /** Milliseconds, ever rising. */
  readonly now: () => number;
}

/** What a request with a wrong token costs: guessing is slow. */
export const wrongTokenCost = 50;
/** Addresses that are kept in mind; one that is forgotten begins anew. */
const addressesMost = 1000;

interface Bucket {
  left: number;
  at: number;
}

export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly options: RateLimitOptions) {}

  /** False: too many. */
  take(address: string): boolean {
    const bucket = this.bucketOf(address);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  /** For a request that was let in and should not have been made. */
  charge(address: string, cost: number): void {
    const bucket = this.bucketOf(address);
    bucket.left = Math.max(bucket.left - cost, -cost);
  }

  private bucketOf(address: string): Bucket {
    const { perSecond, now } = this.options;
    const at = now();
    const known = this.buckets.get(address) ?? { left: 2 * perSecond, at };
    known.left = Math.min(2 * perSecond, known.left + ((at - known.at) / 1000) * perSecond);
    known.at = at;
    // The one that was heard of last is forgotten last.
    this.buckets.delete(address);
    this.buckets.set(address, known);
    if (this.buckets.size > addressesMost) this.buckets.delete(this.buckets.keys().next().value as string);
    return known;
  }
}
