/**
 * A side as the engine writes to it and reads from it. The target's transaction (records, what is held, settlements,
 * progress) is one call, since they commit together: that is what makes each write happen exactly once.
 */
import type { CommitTime } from '../model/change.js';
import type { Ending } from '../model/conflict.js';
import { type RecordId, type RecordRef, recordId, type State, type Value } from '../model/record.js';
import type { Side } from '../model/side.js';

/** The first and the last of some changes, as decimal numbers. */
export interface LogSpan {
  readonly first: string;
  readonly last: string;
}

/** What a link has read about a record and could not write yet (rule 2), as it is stored on the link's target. */
export interface HeldRow extends RecordRef {
  readonly base: State;
  readonly tip: State;
  /** Commit time of the tip's change; null where unknown; 'load' for a row that a load brought. */
  readonly time: CommitTime | 'load' | null;
  /** Between which places of the source's log its changes stand (`ChangeSource.order`, decimal); null where no log tells (a load). */
  readonly span: LogSpan | null;
  /** The number that was given out last when the record began to be held. */
  readonly begun: number;
  /** When it began to be held, by our clock: its age is shown. */
  readonly since: number;
  /** Columns of which the target may not have heard; absent: none. */
  readonly added?: readonly AddedColumn[] | undefined;
}

/** The value is what the source filled an empty column with on its own (rule 4); null: a load brought a new column (rule 10). */
export type AddedColumn = readonly [column: string, filled: Value];

/** A lane's stored progress. `saved` is the engine's own JSON-compatible value; a store keeps it and gives it back unread. */
export interface LaneProgress {
  readonly lane: number;
  /** The number of the lane's last committed transaction; 0: none yet. */
  readonly number: number;
  readonly saved: unknown;
}

/** What a new process finds when it has taken over. */
export interface TakenOver {
  /** Lanes that exist, of the link that writes to this side. */
  readonly lanes: readonly LaneProgress[];
  /** What the link that writes to this side holds. */
  readonly held: readonly HeldRow[];
}

export interface RecordWrite extends RecordRef {
  /** The state that stands there, as `CommitRequest.read` found it in this transaction. */
  readonly before: State;
  /** Only fields whose canonical value differs are written; null deletes. */
  readonly after: State;
  /**
   * What the other side knows of it, where `after` keeps more of what stands there (new columns): the rest is told by the echo,
   * as what the side has beyond what we wrote. Absent: all of it.
   */
  readonly told?: State;
}

export interface Closing {
  readonly ids: readonly string[];
  readonly at: number;
  readonly by: string;
}

/** What one transaction shall do, decided from what it read. */
export interface Plan {
  readonly writes: readonly RecordWrite[];
  /** Keep the order of `writes`, one statement each (a unique value that moves from one record to another). */
  readonly ordered?: boolean;
  readonly hold: readonly HeldRow[];
  readonly drop: readonly RecordRef[];
  /** MongoDB stores each whole (upsert by id), SQL stores their ids. */
  readonly settlements: readonly Ending[];
  /** Pending conflicts that closed by themselves: said of them in the same transaction, by MongoDB. */
  readonly close?: Closing;
  /** Stored as the lane's `saved` instead of `CommitRequest.save`: what only the plan knows (rare: while a load is open). */
  readonly save?: unknown;
}

export interface CommitRequest {
  readonly lane: number;
  /** The number that this lane committed last; the stored one must still be it. */
  readonly previous: number;
  /** This transaction's number: greater than every number given out before. */
  readonly number: number;
  /** Stored as the lane's `saved`. Undefined: the stored one is kept. */
  readonly save?: unknown;
  /** Records to read, locked or in the transaction's snapshot, before `plan` is asked. Each once. */
  readonly read: readonly RecordRef[];
  /**
   * Of `read`: those that are taken for absent without a look by the first attempt. Where one is there after all its insert
   * is not possible, and the next attempt reads it. A store may look all the same.
   */
  readonly absent?: ReadonlySet<RecordId>;
  /**
   * Pure; may be asked several times, since the store tries again after write conflicts and lost connections.
   * Null: nothing is to be done after all, nothing is committed, the number is not used.
   */
  readonly plan: (found: ReadonlyMap<RecordId, State>) => Plan | null;
  /** Do everything, let the server check everything (deferred constraints too), then roll back. */
  readonly rehearse?: boolean;
  /** Told each time that an attempt failed and is repeated inside. */
  readonly retried?: () => void;
}

/** What the first attempt has to look at. */
export function toBeRead({ read, absent }: CommitRequest): readonly RecordRef[] {
  return absent === undefined || absent.size === 0 ? read : read.filter((ref) => !absent.has(recordId(ref)));
}

/** Why a target refuses a record for good: another attempt with the same data gives the same answer. */
export interface TargetRefusal {
  readonly code:
    | 'unique_violation'
    | 'foreign_key_violation'
    | 'check_violation'
    | 'not_null_violation'
    | 'invalid_value'
    | 'too_large'
    | 'suppressed'
    | 'permission_denied'
    | 'other';
  /** For a person: the constraint or index and what the server said of it, without row values. */
  readonly reason: string;
}

export type CommitOutcome =
  /** `plan` is what was committed (by this attempt or by one whose answer was lost); null: see `CommitRequest.plan`. */
  | { readonly kind: 'committed'; readonly plan: Plan | null; readonly committedAt: CommitTime }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal };

export interface ReadRecord {
  readonly state: State;
  /** The whole row (column → text) or document (BSON types), unmapped parts too; null if absent. For the record of a conflict. */
  readonly raw: unknown;
}

/** One chunk of a load, by key: after `after` (null: from the start), up to and including `upTo` (null: to the end). */
export interface ChunkRange {
  readonly entity: string;
  readonly after: string | null;
  readonly upTo: string | null;
}

export interface PageRequest {
  readonly entity: string;
  /** Null: from the start. */
  readonly after: string | null;
  readonly limit: number;
  /** Keys only, with null for each state. */
  readonly keysOnly: boolean;
}

export interface Page {
  readonly rows: readonly { readonly key: string; readonly state: State }[];
  /** False: nothing follows. */
  readonly more: boolean;
}

/** From here on an epoch says that whoever it was has handed everything over: nobody begins it again. */
export const retiredEpoch = 1e15;

export interface SideStore {
  readonly side: Side;
  /**
   * Ends the process that came before (its sessions, slot and transactions), then stores `epoch` in every lane's
   * progress, so that it can never write again. `lanes` are created if they are missing.
   */
  takeOver(epoch: number, lanes: number): Promise<TakenOver>;
  /** The highest epoch that was ever stored here; 0: none. */
  epoch(): Promise<number>;
  /**
   * One transaction. Contended or broken attempts are repeated inside, with backoff, and a COMMIT whose answer was
   * lost is looked up by its number. Lanes may commit at the same time; one lane never does twice at once.
   * Throws `fenced` if another epoch is stored; an error with retry = true if the server cannot be reached for long.
   */
  commit(request: CommitRequest): Promise<CommitOutcome>;
  /**
   * Committed state (MongoDB: majority; SQL: under a row lock that is let go of at once if `locked`, since a change can be
   * decoded before it is visible). Every ref is in the answer; `raw` only if asked for, else null.
   */
  read(
    refs: readonly RecordRef[],
    options: { readonly locked: boolean; readonly raw: boolean },
  ): Promise<ReadonlyMap<RecordId, ReadRecord>>;
  /** Writes a mark into this side's log, after everything that was committed here before the call. */
  mark(id: string): Promise<void>;
  /** The key that ends a chunk of `size` records after `after`, in `compareKeys` order; null: fewer are left. */
  chunkEnd(entity: string, after: string | null, size: number): Promise<string | null>;
  /** Shows everything that stands in the log before the call: a side that decodes a commit before it is visible waits for it. */
  readChunk(range: ChunkRange): Promise<readonly { readonly key: string; readonly state: State }[]>;
  /** This side's own order of an entity's keys, as chunks use it. */
  compareKeys(entity: string, a: string, b: string): number;
  /**
   * The next records in the order of this side's own index, as they are committed now, whatever the log says: for a
   * comparison. It may have fewer than `limit` records though more follow.
   */
  readPage(request: PageRequest): Promise<Page>;
  /** Whether pages come in `sharedOrder`, which the entity has. */
  inSharedOrder(entity: string): Promise<boolean>;
  /** Resolves when all that stands in the log before the call can be read: a side may decode a commit before it is visible. */
  visible(entity: string): Promise<void>;
  /** Which of these exist. */
  existing(refs: readonly RecordRef[]): Promise<ReadonlySet<RecordId>>;
  /** About how many records there are, for a progress bar. */
  estimate(entity: string): Promise<number>;
  /** The server's clock, milliseconds since 1970. */
  now(): Promise<number>;
  /** Forgets settlements whose other half is known to be stored (SQL: their ids; MongoDB: nothing). */
  forget(settlementIds: readonly string[]): Promise<void>;
  /** Which of these settlements are stored here. */
  settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
