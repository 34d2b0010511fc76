/** Where comparisons and the differences that they found are kept. Without row values: keys and names of fields only. All calls are idempotent. */

/** The side that is right, what the table's policy decides, or a person (`queue`). */
export type RepairUse = 'sql' | 'mongodb' | 'policy' | 'queue';
export type DifferenceKind = 'missing_sql' | 'missing_mongodb' | 'different';
/** `moved`: equal by itself, or changed before it could be repaired. `pending`: waits for a person or its target now. */
export type DifferenceState = 'open' | 'repaired' | 'moved' | 'refused' | 'pending';

export interface TableCounts {
  readonly compared: number;
  readonly different: number;
  readonly missing: { readonly sql: number; readonly mongodb: number };
  readonly repaired: number;
  /** Known to wait for a person or their target: no differences. */
  readonly waiting: number;
  /** Moved at every look: neither equal nor different. */
  readonly unsettled: number;
}

export interface ComparisonRow {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly reason: 'asked' | 'scheduled' | 'rollback_level';
  readonly entities: readonly string[];
  readonly sample: number;
  readonly repair: RepairUse | null;
  readonly dryRun: boolean;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** About how many records there are. */
  readonly total: number;
  readonly tables: Readonly<Record<string, TableCounts>>;
  /** Differences that are kept; more are only counted. */
  readonly kept: number;
  /** Where it goes on after a crash: the owner's own, JSON-compatible; null once it is over. */
  readonly progress: unknown;
}

export interface DifferenceRow {
  readonly table: string;
  /** As it is encoded. */
  readonly key: string;
  readonly kind: DifferenceKind;
  readonly fields: readonly string[];
  readonly state: DifferenceState;
  /** Why it was refused; else null. */
  readonly reason: string | null;
  /** A repair was begun: found equal afterwards, it was that repair. */
  readonly attempted: boolean;
}

export interface DifferencePage {
  readonly differences: readonly DifferenceRow[];
  readonly cursor: string | null;
}

export interface ComparisonStore {
  /** Newest first. */
  list(limit: number): Promise<readonly ComparisonRow[]>;
  get(id: string): Promise<ComparisonRow | null>;
  /** Those that are queued or running, oldest first. */
  open(): Promise<readonly ComparisonRow[]>;
  /** Takes it: what another owner saves of it from now on is refused. */
  claim(id: string, owner: string): Promise<void>;
  /** Inserts or replaces. False: another owner has it. */
  save(row: ComparisonRow, owner: string): Promise<boolean>;
  /** Inserts or replaces, by table and key. */
  saveDifferences(id: string, differences: readonly DifferenceRow[]): Promise<void>;
  differences(
    id: string,
    page: { readonly limit: number; readonly cursor?: string; readonly state?: DifferenceState },
  ): Promise<DifferencePage>;
  /** Keeps the newest `most` comparisons, and removes what is older with its differences. */
  expire(most: number): Promise<void>;
}
