/**
 * A distribution of durations in bounded memory: buckets that grow by 5 %, so that a quantile is exact to 5 %.
 * Must not know what is measured.
 */
const growth = 1.05;
const firstMs = 0.1;
const bucketCount = 400;

export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export class Latency {
  private readonly buckets = new Float64Array(bucketCount);
  private count = 0;

  record(ms: number): void {
    const at = bucketOf(ms);
    this.buckets[at] = (this.buckets[at] as number) + 1;
    this.count += 1;
  }

  add(other: Latency): void {
    if (other.count === 0) return;
    for (let i = 0; i < bucketCount; i++) this.buckets[i] = (this.buckets[i] as number) + (other.buckets[i] as number);
    this.count += other.count;
  }

  clear(): void {
    if (this.count > 0) this.buckets.fill(0);
    this.count = 0;
  }

  quantiles(): Quantiles {
    return { count: this.count, p50Ms: this.quantile(0.5), p95Ms: this.quantile(0.95), p99Ms: this.quantile(0.99) };
  }

  /** The middle of the bucket that holds the quantile; 0 if nothing was recorded. */
  quantile(share: number): number {
    const wanted = Math.ceil(this.count * share);
    let seen = 0;
    for (let i = 0; i < bucketCount && wanted > 0; i++) {
      seen += this.buckets[i] as number;
      if (seen >= wanted) return i === 0 ? 0 : round(firstMs * growth ** (i - 0.5));
    }
    return 0;
  }
}

/** Bucket 0 holds what is not measurable (also below zero: clocks are compared to a millisecond only). */
function bucketOf(ms: number): number {
  if (!(ms > firstMs)) return 0;
  return Math.min(bucketCount - 1, 1 + Math.floor(Math.log(ms / firstMs) / Math.log(growth)));
}

function round(ms: number): number {
  return Number(ms.toPrecision(3));
}
