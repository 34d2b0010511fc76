/** What a side's log says of a record. Must not know where the log comes from. */
import type { RecordRef, State } from './record.js';

/** `before` is the state that the change was made from: the protocol's base. */
export interface Change extends RecordRef {
  readonly before: State;
  readonly after: State;
}

/**
 * How far a log was read: an opaque string that sorts (by `<`) in the order of the log and names the end of a
 * transaction, or of a part of one. A source resumes strictly after it.
 */
export type Position = string;

/** Milliseconds since 1970 on the clock of the server that committed. */
export type CommitTime = number;
