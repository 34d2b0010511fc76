/** What the API answers, as far as the pages show it. The API's own description is at `/api/openapi.json`. */

export type Side = 'sql' | 'mongodb';
export type LinkName = 'sql_to_mongodb' | 'mongodb_to_sql';
export const linkNames: readonly LinkName[] = ['sql_to_mongodb', 'mongodb_to_sql'];

export interface Latency {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface LinkStatus {
  readonly position: string | null;
  readonly lagMs: number;
  readonly pending: number;
  readonly held: number;
  readonly applied: number;
  readonly echoes: number;
  readonly latency: Latency;
  readonly lastError: { readonly code: string; readonly message: string } | null;
}

export interface EntityStatus {
  readonly table: string;
  readonly collection: string;
  readonly load: { readonly state: 'none' | 'open' | 'done'; readonly rows: number; readonly total: number };
  readonly stopped: string | null;
}

export interface Partition {
  readonly partition: number;
  /** The process that has it; null: none. */
  readonly owner: string | null;
  readonly here: boolean;
  readonly state: Status['state'];
  readonly lagMs: number;
  readonly pending: number;
  readonly held: number;
  readonly waiting: Readonly<Record<Side, number>>;
}

export interface Transport {
  readonly partitions: readonly Partition[];
  readonly captures: readonly { readonly side: Side; readonly state: string; readonly published: number }[];
  readonly unreadable: number;
}

export interface Status {
  readonly name: string;
  /** `PostgreSQL`, `MariaDB`, `Oracle`. */
  readonly sqlServer: string;
  readonly phase: string;
  readonly state: 'starting' | 'idle' | 'loading' | 'running' | 'paused' | 'failed' | 'stopped';
  readonly rollbackLevel: number;
  readonly links: Readonly<Record<LinkName, LinkStatus>>;
  readonly entities: readonly EntityStatus[];
  readonly conflicts: { readonly pending: number; readonly total: number };
  readonly deadLetters: number;
  readonly clockSkewMs: number;
  /** Until each server's log forgets our place in it; null: not known, or no end in sight. */
  readonly forecast?: {
    readonly sql: {
      readonly retainedBytes: number | null;
      readonly limitBytes: number | null;
      readonly hoursLeft: number | null;
    };
    readonly mongodb: { readonly windowSeconds: number | null; readonly hoursLeft: number | null };
  };
  /** Null, or absent: one process does all. */
  readonly transport?: Transport | null;
}

export interface Numbers {
  readonly throughput: number;
  readonly conflictRate: number;
  readonly divergenceRate?: number | null;
  readonly autoResolutionRate: number;
  readonly manualResolutionPending: number;
  readonly errorRate: number;
  readonly retryRate?: number;
  readonly dlqMessages: number;
  readonly conflicts: {
    readonly total: number;
    readonly last24h: number;
    readonly byTable: Readonly<Record<string, number>>;
    readonly byKind: Readonly<Record<string, number>>;
    readonly avgResolutionMs: number | null;
  };
}

type Plain = Readonly<Record<string, unknown>>;

export interface ConflictEvent {
  readonly operation: string;
  readonly after: Plain | null;
  readonly timestamp: string | null;
}

export interface Conflict {
  readonly conflictId: string;
  readonly table: string;
  readonly collection: string;
  readonly key: unknown;
  readonly kind: string;
  readonly state: 'pending' | 'propagating' | 'resolved' | 'superseded';
  readonly resolution: string;
  readonly strategy: string;
  readonly reason: string | null;
  readonly seen: string | null;
  readonly created_at: string;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly base: Plain | null;
  readonly sqlEvent: ConflictEvent | null;
  readonly mongoEvent: ConflictEvent | null;
  readonly resolvedData: Plain | null;
  readonly fields?: unknown;
  /** While it waits: the versions as a typed value must look. */
  readonly versions?: Readonly<Record<'base' | Side, Plain | null>>;
  readonly columns?: readonly ColumnShape[];
}

export interface ColumnShape {
  readonly field: string;
  readonly type: string;
  readonly nullable: boolean;
}

export interface ConflictPage {
  readonly conflicts: readonly Conflict[];
  readonly cursor: string | null;
}

export interface DecisionCounts {
  readonly decided: number;
  readonly moved: number;
  readonly refused: number;
  readonly unknown: number;
}

export interface DeadLetter {
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
  readonly state?: 'open' | 'discarded';
  readonly discardedAt?: string | null;
  readonly discardedBy?: string | null;
}

/** What came of trying or discarding a dead letter. */
export interface LetterAnswer {
  readonly outcome?: 'crossed' | 'discarded' | 'refused' | 'conflict';
  readonly reason?: string | null;
}

export interface LetterCounts {
  readonly crossed: number;
  readonly refused: number;
  readonly conflict: number;
  readonly left: number;
}

export interface Alert {
  readonly name: string;
  readonly state: 'firing' | 'ok';
  readonly value: number | null;
  readonly limit: number | null;
  readonly since: string | null;
  readonly severity?: 'warning' | 'critical';
  /** In words. */
  readonly text?: string;
  readonly link?: LinkName;
  readonly side?: Side;
  readonly table?: string;
}

export interface History {
  readonly stepMs: number;
  readonly times: readonly number[];
  readonly links: Readonly<
    Record<
      LinkName,
      {
        readonly lagMs: readonly (number | null)[];
        readonly latencyP95Ms: readonly (number | null)[];
        readonly throughput: readonly (number | null)[];
      }
    >
  >;
}

export type RepairChoice = Side | 'policy';

export interface Difference {
  readonly table: string;
  readonly key: unknown;
  readonly kind: 'missing_sql' | 'missing_mongodb' | 'different';
  readonly fields: readonly string[];
  readonly state: 'open' | 'repaired' | 'moved' | 'refused' | 'pending';
  /** Why a repair was refused. */
  readonly reason?: string | null;
}

export interface Comparison {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly compared: number;
  readonly total: number;
  readonly different: number;
  readonly missing: { readonly sql: number; readonly mongodb: number };
  readonly repaired: number;
  /** Known to wait for a person or their target: no differences. */
  readonly waiting?: number;
  /** Moved at every look: neither equal nor different. */
  readonly unsettled?: number;
  readonly repair: RepairChoice | null;
  readonly dryRun: boolean;
  readonly sample: number;
  readonly tables: Readonly<
    Record<string, { readonly compared: number; readonly different: number; readonly repaired: number }>
  >;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly reason: string;
  readonly by?: string;
  readonly error: unknown;
  readonly differences?: readonly Difference[];
  readonly cursor?: string | null;
}

export interface PhaseCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly present: unknown;
  readonly required: unknown;
  readonly why: string;
}

export interface PhaseShape {
  readonly lifecycle: boolean;
  readonly phase: string;
  /** Of reads: compared in dual_read, on MongoDB in read_cutover. */
  readonly share?: number | null;
  readonly since: string | null;
  readonly direction: string;
  readonly reads: Readonly<Record<Side, number>>;
  readonly compareEveryMs: number | null;
  readonly next: {
    readonly phase: string;
    readonly share: number | null;
    readonly checks: readonly PhaseCheck[];
  } | null;
  readonly back: readonly string[];
  readonly history: readonly {
    readonly from: string;
    readonly to: string;
    readonly share?: number | null;
    readonly at: string;
    readonly by: string | null;
    readonly why: string | null;
    readonly forced: boolean;
    readonly kind: string;
  }[];
  readonly rollback: {
    readonly level: number;
    readonly since: string | null;
    readonly reason: string | null;
    readonly divergenceRate: number | null;
    readonly needsApproval: boolean;
  };
  readonly passiveWrites: Readonly<Record<string, number>>;
}

export interface ComparedReads {
  readonly total: number;
  readonly compared: number;
  readonly different: number;
  readonly inFlight: number;
  readonly skipped: number;
  readonly rate: number | null;
  readonly byTable: Readonly<Record<string, { readonly compared: number; readonly different: number }>>;
}
