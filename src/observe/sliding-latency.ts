/** A distribution of the durations of the last hour, a minute at a time. Must not know what is measured. */
import { Latency, type Quantiles } from './latency.js';

const minuteMs = 60_000;
const minutesKept = 60;

export class SlidingLatency {
  private readonly minutes = Array.from({ length: minutesKept }, () => new Latency());
  /** The number of the minute that is being filled, counted from 1970. */
  private current: number;

  constructor(private readonly now: () => number) {
    this.current = Math.floor(now() / minuteMs);
  }

  record(ms: number): void {
    this.advance();
    this.minute(this.current).record(ms);
  }

  /** Of the last so many minutes and the one that has begun; all that is kept by default. */
  over(minutes = minutesKept - 1): Quantiles {
    this.advance();
    const sum = new Latency();
    for (let back = Math.min(minutes, minutesKept - 1); back >= 0; back--) sum.add(this.minute(this.current - back));
    return sum.quantiles();
  }

  /** A clock that steps back goes on filling the newest minute. */
  private advance(): void {
    const now = Math.floor(this.now() / minuteMs);
    const passed = Math.min(now - this.current, minutesKept);
    for (let step = 0; step < passed; step++) this.minute(now - step).clear();
    if (now > this.current) this.current = now;
  }

  private minute(number: number): Latency {
    return this.minutes[((number % minutesKept) + minutesKept) % minutesKept] as Latency;
  }
}
