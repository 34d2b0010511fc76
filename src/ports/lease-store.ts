/**
 * Who may do what only one process may: read a side's log for others, or lead. By the store's own clock. Contract: of two
 * processes only one has a role at a time, as far as clocks of one server go; whoever had it learns of the loss by `renew`.
 */
import type { Position } from '../model/change.js';

export interface Lease {
  readonly role: string;
  readonly owner: string;
  /** Grows with each change of hands. */
  readonly term: number;
  /** What its holders stored last; null: nothing yet. */
  readonly position: Position | null;
}

export interface LeaseStore {
  /** Takes a role that nobody has, whose holder's time is up, or that `owner` has already; null: another process has it. */
  claim(role: string, owner: string, forMs: number): Promise<Lease | null>;
  /** Keeps it for `forMs` from now, with the position if one is given. False: another process has taken it. */
  renew(lease: Lease, forMs: number, position?: Position): Promise<boolean>;
  /** Lets go of it at once. */
  release(lease: Lease): Promise<void>;
}
