/** What the workload asks of a user of one side, whose server may be lost at any moment. Must not know a driver. */
import type { UserWrite } from '../history.js';
import type { Plan } from './plan.js';

export interface Attempt {
  /**
   * `unknown`: the answer to the commit was lost. `failed`: nothing happened, for certain: refused, moved, aborted, or lost before its
   * commit was sent.
   */
  readonly outcome: 'acknowledged' | 'unknown' | 'failed';
  readonly writes: readonly UserWrite[];
  /** Whether it wrote its mark in the same transaction. */
  readonly marked: boolean;
}

export interface User {
  /** Never rejects. */
  run(plan: Plan): Promise<Attempt>;
  close(): Promise<void>;
}

/** `unclear`: it left no trace that could tell. `away`: the server did not answer. */
export type Answer = 'acknowledged' | 'failed' | 'unclear' | 'away';

/**
 * Learns what became of a transaction whose answer was lost. Asking makes it certain: the transaction's mark is written,
 * which waits for one that is still under way and keeps one that is not from ever committing.
 */
export type Inquire = (of: {
  readonly id: string;
  readonly writes: readonly UserWrite[];
  readonly marked: boolean;
}) => Promise<Answer>;

export const failed: Attempt = { outcome: 'failed', writes: [], marked: false };

/** The table and collection of the marks; it is not synced. */
export const marks = 'torture_marks';
