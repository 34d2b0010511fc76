/** Counts what the engine tells, for status and reports. Bounded: totals only. Must not know who asks. */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import type { LinkName } from '../model/side.js';
import type { AppliedBatch, EngineObserver, WriteAttempt } from '../sync/observer.js';
import { crossingTimes } from './crossing-times.js';
import type { Quantiles } from './latency.js';
import { SlidingLatency } from './sliding-latency.js';
import { SlidingSum } from './sliding-sum.js';

export interface LinkCounts {
  readonly applied: number;
  readonly transactions: number;
  readonly changesRead: number;
  readonly echoes: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly repeatedAttempts: number;
  /** Commit to commit, of the last hour. */
  readonly latency: Quantiles;
}

/** A share of 1 over the last hour or since the start, and of how many events. */
export interface HourlyRate {
  readonly value: number;
  readonly events: number;
}

export interface Counts {
  readonly links: Readonly<Record<LinkName, LinkCounts>>;
  readonly conflicts: Readonly<Record<string, number>>;
  /** Conflicts / changes read. */
  readonly conflictRate: HourlyRate;
  /** Failed write attempts / attempts. */
  readonly errorRate: HourlyRate;
  /** Repeated attempts / attempts. */
  readonly retryRate: HourlyRate;
  /** Records written a second, over the last minute. */
  readonly throughput: number;
  readonly agreements: number;
  readonly deadLetters: number;
  readonly loadedRows: number;
  readonly restarts: number;
  readonly lastError: { readonly code: string; readonly message: string } | null;
}

class LinkCounter {
  applied = 0;
  transactions = 0;
  changesRead = 0;
  echoes = 0;
  attempts = 0;
  failedAttempts = 0;
  repeatedAttempts = 0;
  readonly latency: SlidingLatency;

  constructor(now: () => number) {
    this.latency = new SlidingLatency(now);
  }

  snapshot(): LinkCounts {
    return { ...this, latency: this.latency.over() };
  }
}

export class Collector implements EngineObserver {
  private readonly links: Readonly<Record<LinkName, LinkCounter>>;
  private readonly seenConflicts = new Set<string>();
  private readonly conflicts: Record<string, number> = {};
  private agreements = 0;
  private deadLetters = 0;
  private loadedRows = 0;
  private restarts = 0;
  private lastError: Counts['lastError'] = null;
  private readonly startedAt: number;
  private readonly recent: Readonly<
    Record<'conflicts' | 'changesRead' | 'attempts' | 'failed' | 'repeated' | 'applied', SlidingSum>
  >;

  /** `skewMs`: how far SQL's clock is ahead of MongoDB's. */
  constructor(
    private readonly skewMs: () => number,
    private readonly now: () => number,
  ) {
    this.startedAt = now();
    this.links = { sql_to_mongodb: new LinkCounter(now), mongodb_to_sql: new LinkCounter(now) };
    const hour = { now, bucketMs: 60_000, buckets: 60 };
    this.recent = {
      conflicts: new SlidingSum(hour),
      changesRead: new SlidingSum(hour),
      attempts: new SlidingSum(hour),
      failed: new SlidingSum(hour),
      repeated: new SlidingSum(hour),
      applied: new SlidingSum({ now, bucketMs: 1000, buckets: 60 }),
    };
  }

  applied(batch: AppliedBatch): void {
    const link = this.links[batch.link];
    link.applied += batch.writes.length;
    this.recent.applied.add(batch.writes.length);
    link.transactions += batch.commits.length;
    for (const ms of crossingTimes(batch, this.skewMs())) link.latency.record(ms);
  }

  read(link: LinkName, changes: number, echoes: number): void {
    this.links[link].changesRead += changes;
    this.recent.changesRead.add(changes);
    this.links[link].echoes += echoes;
  }

  attempt(link: LinkName, { failed, repeated }: WriteAttempt): void {
    const counter = this.links[link];
    counter.attempts += 1;
    counter.failedAttempts += failed ? 1 : 0;
    counter.repeatedAttempts += repeated ? 1 : 0;
    this.recent.attempts.add(1);
    if (failed) this.recent.failed.add(1);
    if (repeated) this.recent.repeated.add(1);
  }

  /** A pending conflict is told each time it changes; it counts once. One that was found by an earlier process was counted there. */
  conflict(conflict: ConflictRecord): void {
    if (conflict.createdAt < this.startedAt) return;
    if (conflict.state === 'pending') {
      if (this.seenConflicts.has(conflict.id)) return;
      if (this.seenConflicts.size < 100_000) this.seenConflicts.add(conflict.id);
    } else if (this.seenConflicts.delete(conflict.id)) return;
    this.conflicts[conflict.kind] = (this.conflicts[conflict.kind] ?? 0) + 1;
    this.recent.conflicts.add(1);
  }

  moved(): void {}

  closed(): void {}

  agreement(): void {
    this.agreements += 1;
  }

  deadLetter(letter: DeadLetter): void {
    if (letter.attempts <= 1 || letter.firstAt === letter.lastAt) this.deadLetters += 1;
  }

  passive(): void {}

  loaded(_entity: string, rows: number): void {
    this.loadedRows += rows;
  }

  failed(code: string, message: string): void {
    this.lastError = { code, message };
  }

  restarted(): void {
    this.restarts += 1;
  }

  counts(): Counts {
    return {
      links: {
        sql_to_mongodb: this.links.sql_to_mongodb.snapshot(),
        mongodb_to_sql: this.links.mongodb_to_sql.snapshot(),
      },
      conflicts: { ...this.conflicts },
      conflictRate: this.conflictRate(),
      errorRate: this.rate('failed', 'attempts'),
      retryRate: this.rate('repeated', 'attempts'),
      throughput: this.recent.applied.sum() / Math.max(1, Math.min(60, (this.now() - this.startedAt) / 1000)),
      agreements: this.agreements,
      deadLetters: this.deadLetters,
      loadedRows: this.loadedRows,
      restarts: this.restarts,
      lastError: this.lastError,
    };
  }

  /** Commit to commit, of the last so many minutes. */
  latencyOver(link: LinkName, minutes: number): Quantiles {
    return this.links[link].latency.over(minutes);
  }

  /** Conflicts of changes that an earlier process read have none to be compared with: 1 at most. */
  private conflictRate(): HourlyRate {
    const { value, events } = this.rate('conflicts', 'changesRead');
    return { value: Math.min(1, value), events };
  }

  private rate(part: keyof Collector['recent'], whole: keyof Collector['recent']): HourlyRate {
    const some = this.recent[part].sum();
    const events = this.recent[whole].sum();
    return { value: some === 0 ? 0 : some / Math.max(1, events), events };
  }
}
