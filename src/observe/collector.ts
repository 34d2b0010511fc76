/** Counts what the engine tells, for status and reports. Bounded: totals only. Must not know who asks. */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import type { LinkName } from '../model/side.js';
import type { AppliedBatch, EngineObserver } from '../sync/observer.js';
import { Latency, type Quantiles } from './latency.js';
import { SlidingSum } from './sliding-sum.js';

export interface LinkCounts {
  readonly applied: number;
  readonly transactions: number;
  readonly changesRead: number;
  readonly echoes: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly latency: Quantiles;
}

export interface Counts {
  readonly links: Readonly<Record<LinkName, LinkCounts>>;
  readonly conflicts: Readonly<Record<string, number>>;
  /** Conflicts / changes read, over the last hour or since the start. */
  readonly conflictRate: number;
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
  readonly latency = new Latency();

  snapshot(): LinkCounts {
    return { ...this, latency: this.latency.quantiles() };
  }
}

export class Collector implements EngineObserver {
  private readonly links: Record<LinkName, LinkCounter> = {
    sql_to_mongodb: new LinkCounter(),
    mongodb_to_sql: new LinkCounter(),
  };
  private readonly seenConflicts = new Set<string>();
  private readonly conflicts: Record<string, number> = {};
  private agreements = 0;
  private deadLetters = 0;
  private loadedRows = 0;
  private restarts = 0;
  private lastError: Counts['lastError'] = null;
  private readonly startedAt: number;
  private readonly recent: Readonly<Record<'conflicts' | 'changesRead' | 'applied', SlidingSum>>;

  /** `skewMs`: how far SQL's clock is ahead of MongoDB's. */
  constructor(
    private readonly skewMs: () => number,
    private readonly now: () => number,
  ) {
    this.startedAt = now();
    const hour = { now, bucketMs: 60_000, buckets: 60 };
    this.recent = {
      conflicts: new SlidingSum(hour),
      changesRead: new SlidingSum(hour),
      applied: new SlidingSum({ now, bucketMs: 1000, buckets: 60 }),
    };
  }

  applied(batch: AppliedBatch): void {
    const link = this.links[batch.link];
    link.applied += batch.writes.length;
    this.recent.applied.add(batch.writes.length);
    link.transactions += batch.commits.length;
    for (const commit of batch.commits) link.latency.record(latencyMs(batch, commit, this.skewMs()));
  }

  read(link: LinkName, changes: number, echoes: number): void {
    this.links[link].changesRead += changes;
    this.recent.changesRead.add(changes);
    this.links[link].echoes += echoes;
  }

  attempt(link: LinkName, failed: boolean): void {
    this.links[link].attempts += 1;
    if (failed) this.links[link].failedAttempts += 1;
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
      throughput: this.recent.applied.sum() / Math.max(1, Math.min(60, (this.now() - this.startedAt) / 1000)),
      agreements: this.agreements,
      deadLetters: this.deadLetters,
      loadedRows: this.loadedRows,
      restarts: this.restarts,
      lastError: this.lastError,
    };
  }

  /** Conflicts of changes that an earlier process read have none to be compared with: 1 at most. */
  private conflictRate(): number {
    const conflicts = this.recent.conflicts.sum();
    return conflicts === 0 ? 0 : Math.min(1, conflicts / Math.max(1, this.recent.changesRead.sum()));
  }
}

/** Commit on the source to commit on the target, both on one clock; never below 0. */
export function latencyMs(batch: AppliedBatch, commit: number, skewMs: number): number {
  const raw = batch.committedAt - commit;
  return Math.max(0, batch.link === 'sql_to_mongodb' ? raw + skewMs : raw - skewMs);
}
