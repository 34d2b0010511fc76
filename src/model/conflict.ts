/** A conflict, an agreement and a dead letter as the engine speaks of them. Must not know how they are stored. */
import type { CommitTime } from './change.js';
import type { RecordRef, State } from './record.js';
import type { LinkName, Side } from './side.js';

export type ConflictKind =
  | 'write_write'
  | 'insert_insert'
  | 'delete_update'
  | 'type_mismatch'
  | 'structural'
  | 'unique_violation';

export const conflictKinds: readonly ConflictKind[] = [
  'write_write',
  'insert_insert',
  'delete_update',
  'type_mismatch',
  'structural',
  'unique_violation',
];

export type ConflictResolution = 'sql_wins' | 'mongo_wins' | 'merged' | 'pending';

export type ConflictState = 'pending' | 'propagating' | 'resolved' | 'superseded';

/** What SQL really stood at, where it had not heard yet of columns that were decided on as if it had (rule 10). */
export interface Stood {
  readonly sql: State;
}

/** One side of a conflict. */
export interface SideVersion {
  readonly state: State;
  /** The whole row or document at that moment, unmapped parts too. */
  readonly raw: unknown;
  /** How far each log was behind this version, as decimal numbers: a version vector; null where the logs do not tell. */
  readonly version: Readonly<Record<Side, string>> | null;
  /** Commit time of the change that made it; null: unknown; 'load': brought by a load. */
  readonly time: CommitTime | 'load' | null;
}

export interface ConflictRecord extends RecordRef {
  readonly type: 'conflict';
  readonly id: string;
  readonly kind: ConflictKind;
  /** The common ancestor. */
  readonly base: State;
  readonly sql: SideVersion;
  readonly mongodb: SideVersion;
  readonly resolution: ConflictResolution;
  /** The decided state; meaningless while pending. */
  readonly decision: State;
  /** The strategy that decided or that left it to a person. */
  readonly strategy: string;
  /** Field → the rule that decided it; empty where the strategy took the record as a whole. */
  readonly fields: Readonly<Record<string, string>>;
  /** Why it waits for a person; null once decided. Without row values. */
  readonly reason: string | null;
  readonly state: ConflictState;
  readonly stood?: Stood;
  readonly createdAt: number;
  readonly resolvedAt: number | null;
  /** `policy`, `agreement`, or who decided. */
  readonly resolvedBy: string | null;
}

/** The rule that decided a field; null: none. Only its own: any object has a `constructor`, and so may a document. */
export function ruleOf(fields: ConflictRecord['fields'], field: string): string | null {
  return Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
}

/** Both sides came to the same state on their own. */
export interface Agreement extends RecordRef {
  readonly type: 'agreement';
  readonly id: string;
  readonly base: State;
  /** What both sides come to stand at. */
  readonly decision: State;
  readonly stood?: Stood;
  readonly createdAt: number;
}

export type Settlement = ConflictRecord | Agreement;

/** A change that its target refuses: held, shown, tried again now and then, never in the way of others. */
export interface DeadLetter extends RecordRef {
  readonly id: string;
  readonly link: LinkName;
  readonly base: State;
  readonly tip: State;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A dead letter that a person gave up: each side keeps what stands there, and this is the record of what did not cross. */
export interface Discard extends RecordRef {
  readonly type: 'discard';
  /** The letter's. */
  readonly id: string;
  readonly letter: DeadLetter;
  /** Who gave it up. */
  readonly by: string;
  readonly at: number;
}

/** How a record came to rest, stored in the transaction that makes it so. */
export type Ending = Settlement | Discard;
