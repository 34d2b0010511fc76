/** What the engine tells about itself while it works; metrics and status lines listen. Calls must be cheap and must not throw. */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import type { RecordRef } from '../model/record.js';
import type { LinkName } from '../model/side.js';
import type { RecordWrite } from '../ports/side-store.js';

export interface AppliedBatch {
  readonly link: LinkName;
  readonly writes: readonly RecordWrite[];
  /** Commit times of the source transactions (ms, the source's clock); empty for loads and settlements. */
  readonly commits: readonly number[];
  /** Commit times of changes that were held and cross only now, by themselves; what a person decided is not among them. */
  readonly heldCommits: readonly number[];
  /** Commit time on the target (ms, its clock). */
  readonly committedAt: number;
}

export interface WriteAttempt {
  /** It left nothing: refused, contended, or its connection was lost. */
  readonly failed: boolean;
  /** It does again, or in part, what an earlier attempt failed to do. */
  readonly repeated: boolean;
}

export interface EngineObserver {
  applied(batch: AppliedBatch): void;
  /** Changes read from a log that are not ours, and changes that are. */
  read(link: LinkName, changes: number, echoes: number): void;
  /** A transaction was sent to the link's target. */
  attempt(link: LinkName, attempt: WriteAttempt): void;
  conflict(conflict: ConflictRecord): void;
  /** A conflict that waits for a person is another one now: a side has changed the record. */
  moved(conflict: ConflictRecord): void;
  /** These wait no longer: both sides came to agree, or the change was written after all. */
  closed(conflicts: readonly string[], letters: readonly string[]): void;
  agreement(table: string): void;
  deadLetter(letter: DeadLetter): void;
  loaded(entity: string, rows: number): void;
  /** Users changed these on a side that does not lead. Told again where a log is read again. */
  passive(link: LinkName, records: readonly RecordRef[]): void;
  failed(code: string, message: string): void;
  restarted(cause: string): void;
}

export const silentObserver: EngineObserver = {
  applied() {},
  read() {},
  attempt() {},
  conflict() {},
  moved() {},
  closed() {},
  agreement() {},
  deadLetter() {},
  loaded() {},
  passive() {},
  failed() {},
  restarted() {},
};
