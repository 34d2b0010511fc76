/**
 * A side's log, read in order. Data flows down, only acknowledgements flow up.
 * Contract: every committed change of a mapped record appears once, in commit order, after the position that was
 * asked for; changes of one source transaction are contiguous; our own transactions appear too, told apart by `echo`.
 * A reader that fails throws an `IsthmusError` (retry = true: open a new one at the last position) and is then closed.
 */
import type { Change, CommitTime, Position } from '../model/change.js';
import type { RecordId, State } from '../model/record.js';
import type { Side } from '../model/side.js';

/** Which of our own transactions this one is, as its progress row says. */
export interface Echo {
  readonly lane: number;
  readonly number: number;
  /** What that write wrote, for entities that may deviate; records that are not in it were written as planned. */
  readonly wrote: ReadonlyMap<RecordId, State>;
}

/** A source transaction, or, if it is larger than the source's part size, one of its parts in order. */
export interface SourcePart {
  readonly kind: 'part';
  /** Everything up to and including this part. */
  readonly position: Position;
  /** Names the source transaction; parts of one have the same. */
  readonly transaction: string;
  /** Whether the transaction ends here. Our own transactions always come in one part. */
  readonly last: boolean;
  readonly committedAt: CommitTime;
  readonly echo: Echo | null;
  /** In the order of the log; may be empty (a transaction of ours that wrote no mapped record). */
  readonly changes: readonly Change[];
}

/** A mark that this process wrote into the log with `SideStore.mark`. Marks of other processes are left out. */
export interface SourceMark {
  readonly kind: 'mark';
  readonly position: Position;
  readonly id: string;
}

/** The log says that an entity can no longer be followed: truncate, drop, rename, a column that vanished. */
export interface SourceStop {
  readonly kind: 'stop';
  readonly position: Position;
  readonly entity: string;
  readonly reason: string;
}

export type SourceEvent = SourcePart | SourceMark | SourceStop;

export interface ChangeReader {
  /** The next events, at least one, at most a few thousand changes; waits for them. Never called twice at once. */
  next(): Promise<readonly SourceEvent[]>;
  /** Nothing up to this position will be asked for again. Cheap; may be called often; never goes back. */
  acknowledge(position: Position): void;
  /** Idempotent; a pending `next` rejects or resolves soon. */
  close(): Promise<void>;
}

export interface ChangeSource {
  readonly side: Side;
  /** Where a position stands in the log, as a number that grows along it (an LSN, a cluster time): what version vectors count by. */
  order(position: Position): bigint;
  /** The position at which the log can first be read now that the side is prepared: no later than any change that follows this call. */
  begin(): Promise<Position>;
  /**
   * Reads strictly after `from`, or after what was acknowledged if that is later: what is acknowledged and not stored
   * had no effect. Only one reader of a source is open at a time.
   */
  open(from: Position): Promise<ChangeReader>;
}
