/** What users of both sides did in a run, as the checker reads it. Data only; must not know how it was done. */
import type { Side } from '../src/model/side.js';

/** A record's fields as texts that are spelled alike whichever side they come from; an absent field is null. */
export type Values = Readonly<Record<string, string | null>>;

export interface UserWrite {
  readonly table: string;
  /** The primary key as text; of several columns, joined by `/`. */
  readonly key: string;
  /** What the user's own transaction found under its lock; null: no record. */
  readonly before: Values | null;
  readonly after: Values | null;
}

export interface UserTransaction {
  readonly id: string;
  readonly side: Side;
  readonly writes: readonly UserWrite[];
  /** `unknown`: the answer to its COMMIT was lost, so it may have happened. One that failed for certain is not listed. */
  readonly outcome: 'acknowledged' | 'unknown';
  /** Milliseconds of the run's own clock. */
  readonly beganAt: number;
  readonly endedAt: number;
}

/** In the order in which they ended. */
export type History = readonly UserTransaction[];
