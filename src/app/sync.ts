/** A running sync as the API, the command line and programs see it. Must not know how it is made. */
import type { IsthmusError } from '../base/errors.js';
import type { SqlServer } from '../config/connection.js';
import type { ConflictKind } from '../model/conflict.js';
import type { LinkName, Side } from '../model/side.js';
import type { Alerts } from '../observe/alerts/alert-board.js';
import type { Counts } from '../observe/collector.js';
import type { ConflictTotals } from '../observe/conflict-numbers.js';
import type { Course } from '../observe/history.js';
import type { ConflictFilter, ConflictPage } from '../ports/conflict-store.js';
import type { Comparison } from '../reconcile/compare.js';
import type { ComparisonControl } from './compare/comparisons.js';
import type { Listening, LiveEvent } from './events/event-feed.js';
import type { Lifecycle } from './lifecycle/lifecycle.js';
import type { LiveRead } from './reads/live-reads.js';
import type { ReadCounts } from './reads/read-tally.js';
import type { Explanation } from './record/explain.js';
import type { ReplayReport, ReplayRequest } from './record/replay.js';

export type SyncState = 'starting' | 'idle' | 'loading' | 'running' | 'paused' | 'failed' | 'stopped';

export interface LinkStatus {
  readonly position: string | null;
  /** Age of the oldest change that is read and not written; 0 only when the log is read to its end. */
  readonly lagMs: number;
  /** Changes read and not yet written, without what waits for a person. */
  readonly pending: number;
  readonly held: number;
  readonly applied: number;
  readonly echoes: number;
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };
  readonly lastError: { readonly code: string; readonly message: string } | null;
}

export interface EntityStatus {
  readonly table: string;
  readonly collection: string;
  readonly load: { readonly state: 'none' | 'open' | 'done'; readonly rows: number; readonly total: number };
  /** Why it is no longer followed; null while it is. */
  readonly stopped: string | null;
}

export interface SyncStatus {
  readonly name: string;
  /** Which SQL database it is. */
  readonly sqlServer: SqlServer;
  readonly phase: string;
  readonly state: SyncState;
  readonly rollbackLevel: number;
  readonly links: Readonly<Record<LinkName, LinkStatus>>;
  readonly entities: readonly EntityStatus[];
  readonly conflicts: { readonly pending: number; readonly total: number };
  readonly deadLetters: number;
  readonly clockSkewMs: number;
  /** Until each server's log forgets our place in it. Null: cannot be read; `limitBytes`, `hoursLeft`: or there is none in sight. */
  readonly forecast: {
    readonly sql: {
      /** WAL that is kept for our slot. */
      readonly retainedBytes: number | null;
      readonly limitBytes: number | null;
      readonly hoursLeft: number | null;
    };
    readonly mongodb: {
      /** From the oplog's oldest entry to our place in it. */
      readonly windowSeconds: number | null;
      readonly hoursLeft: number | null;
    };
  };
  /** Null: the embedded one, of which there is nothing to tell. */
  readonly transport: TransportStatus | null;
}

/** A partition of both topics, as far as this process knows. */
export interface PartitionStatus {
  readonly partition: number;
  /** The process that has it; null: nobody has told of it for a while. */
  readonly owner: string | null;
  /** It is this process. */
  readonly here: boolean;
  readonly state: SyncState;
  readonly lagMs: number;
  readonly pending: number;
  readonly held: number;
  /** Messages of a side's topic that its worker has not taken yet. */
  readonly waiting: Readonly<Record<Side, number>>;
}

/** What this process does about a side's log. */
export interface CaptureStatus {
  readonly side: Side;
  /** `standby`: another process captures this side. */
  readonly state: 'starting' | 'standby' | 'capturing' | 'failed' | 'stopped';
  /** Changes that it has published. */
  readonly published: number;
  readonly lastError: { readonly code: string; readonly message: string } | null;
}

export interface TransportStatus {
  readonly kind: 'kafka';
  /** Of all processes. */
  readonly partitions: readonly PartitionStatus[];
  readonly captures: readonly CaptureStatus[];
  /** Messages that could not be read, of which the stored record says where they are. */
  readonly unreadable: number;
}

/** A dead letter for a person: times as ISO text, the change as field → canonical value. */
export interface ShownDeadLetter {
  readonly id: string;
  readonly table: string;
  readonly key: string;
  readonly link: LinkName;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly before: Readonly<Record<string, string | null>> | null;
  readonly after: Readonly<Record<string, string | null>> | null;
  readonly state: 'open' | 'discarded';
  /** Of one that was given up; null: it is open. */
  readonly discardedAt: string | null;
  readonly discardedBy: string | null;
}

export type LetterAction = 'retry' | 'discard';

export interface LetterAnswer {
  readonly id: string;
  readonly outcome: 'crossed' | 'discarded' | 'refused' | 'conflict';
  /** Why it is refused still; null: it is not. */
  readonly reason: string | null;
}

/** How many ended how; `left` is what was not known in time, or has moved. */
export interface LetterCounts {
  readonly crossed: number;
  readonly discarded: number;
  readonly refused: number;
  readonly conflict: number;
  readonly left: number;
}

/** What people do about dead letters. */
export interface LetterDesk {
  /** Throws `not_found`, `not_running`, `letter_moved`, or `transient` where the outcome is not known. */
  answer(id: string, action: LetterAction, by: string): Promise<LetterAnswer>;
  /** The same for all that are open, of one table or of every one. */
  answerAll(action: LetterAction, of: { readonly table?: string; readonly by: string }): Promise<LetterCounts>;
  /** Those that were given up, newest first. */
  discarded(limit: number): Promise<readonly ShownDeadLetter[]>;
}

export interface ConflictDecision {
  readonly use: 'sql' | 'mongodb' | 'base' | 'value';
  /** For `use: 'value'`: the record as a plain document with its key, or null for none. */
  readonly value?: unknown;
  /** The shown conflict's `seen`. */
  readonly seen: string;
  /** Who decided. */
  readonly by: string;
}

export interface DecisionForAll {
  readonly use: 'sql' | 'mongodb' | 'base';
  readonly table?: string;
  readonly kind?: ConflictKind;
  readonly by: string;
}

export interface DecisionCounts {
  readonly decided: number;
  /** A side moved in between: these wait again. */
  readonly moved: number;
  /** The chosen version cannot stand on the other side. */
  readonly refused: number;
  /** Not known in time; they are settled or wait still. */
  readonly unknown: number;
}

/** What a dashboard draws; rates are shares of 1. */
export interface SyncNumbers {
  readonly syncLatency: Readonly<Record<LinkName, LinkStatus['latency']>>;
  /** Records written a second, over the last minute. */
  readonly throughput: number;
  /** Conflicts / changes read, over the last hour or since the start. */
  readonly conflictRate: number;
  /** Confirmed differences / records compared, last comparison; null: none yet. */
  readonly divergenceRate: number | null;
  /** Conflicts that were decided, or closed by themselves, without a person / all; 1 while there was none. */
  readonly autoResolutionRate: number;
  readonly manualResolutionPending: number;
  /** Failed write attempts / attempts, over the last hour or since the start. */
  readonly errorRate: number;
  /** Repeated attempts / attempts, over the same time. */
  readonly retryRate: number;
  readonly dlqMessages: number;
  /** Age of the oldest change that has not crossed, in milliseconds. */
  readonly cdcLag: Readonly<Record<LinkName, number>>;
  /** Of the Kafka transport; null without it. */
  readonly kafkaLag: number | null;
  /** What each server's log keeps for us: bytes of WAL, seconds of oplog; null: cannot be read. */
  readonly replicationLag: Readonly<Record<Side, number | null>>;
  readonly conflicts: Omit<ConflictTotals, 'autoResolutionRate'>;
}

export interface SyncEvents {
  /** Stopped by itself: for safety, or since a server stayed away. */
  failed: [IsthmusError];
  state: [SyncState];
}

/** The migration's phases. */
export type SyncLifecycle = Pick<Lifecycle, 'show' | 'order' | 'routing' | 'report'>;

export interface Sync {
  readonly lifecycle: SyncLifecycle;
  status(): SyncStatus;
  counts(): Counts;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** A clean stop: what is in flight is finished, positions are saved. Idempotent. */
  stop(): Promise<void>;
  /** Loads an entity again. */
  load(entity: string, from: Side): Promise<void>;
  /** True once everything that was committed before the call has crossed, but for what waits for a person; false after `limitMs`. */
  settled(limitMs: number): Promise<boolean>;
  /** Both sides, record by record, without those that wait for a person and dead letters. */
  compare(onProgress?: (compared: number) => void): Promise<Comparison>;
  conflicts(filter: ConflictFilter): Promise<ConflictPage>;
  conflict(id: string): Promise<Readonly<Record<string, unknown>> | null>;
  /**
   * Writes what a person decided about a conflict, and gives it back as it is then recorded. Throws `not_found`,
   * `conflict_moved`, `decision_refused`, `not_running`, or `transient` where the outcome is not known.
   */
  decide(id: string, decision: ConflictDecision): Promise<Readonly<Record<string, unknown>>>;
  /** The same answer to all that wait, of one table or of every one; each is decided as it stands now. */
  decideAll(choice: DecisionForAll): Promise<DecisionCounts>;
  deadLetters(): Promise<readonly ShownDeadLetter[]>;
  readonly letters: LetterDesk;
  /** Compares what applications read, in the background. */
  readonly reads: {
    accept(read: LiveRead): boolean;
    /** Throws what `accept` would: `not_found`, `request_invalid`. */
    check(read: LiveRead): void;
    counts(): ReadCounts;
  };
  numbers(): Promise<SyncNumbers>;
  /** What another strategy would have decided of the stored conflicts; changes nothing. Throws `not_found` for a table that is not synced. */
  replay(request: ReplayRequest): Promise<ReplayReport>;
  /** Where each field of a record has its value from. `key`: plain text, or a JSON object for several columns. */
  explain(table: string, key: string): Promise<Explanation>;
  /** What changes, told as it happens: from after `lastId` on; null: too many listen. */
  readonly events: { listen(lastId: string | undefined, listener: (event: LiveEvent) => void): Listening | null };
  /** Lag, latency and throughput of the last so many minutes, for charts. */
  history(minutes: number): Course;
  readonly alerts: Alerts;
  /** Comparisons of both sides while all goes on: asked for, regular ones, their reports and repairs. */
  readonly comparisons: ComparisonControl;
  metrics(): Promise<{ readonly type: string; readonly body: string }>;
  on<E extends keyof SyncEvents>(event: E, listener: (...values: SyncEvents[E]) => void): void;
}
