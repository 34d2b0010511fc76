/** One record of the model: what stands on each side, what both had in common last, and what is open about it. Data only. */
import type { ConflictEvidence } from '../../evidence.js';
import type { Values } from '../../history.js';
import type { Table } from '../../tables.js';

export interface ModelRecord {
  readonly table: Table;
  readonly key: string;
  base: Values | null;
  sql: Values | null;
  mongodb: Values | null;
  /** What the sync knows of each side: a faulty one may have written something else there than it believes. */
  readonly seen: { sql: Values | null; mongodb: Values | null };
  /** When each side's users wrote it last. */
  readonly at: { sql: number; mongodb: number };
  /** Shown to a person. */
  pending: OpenConflict | null;
  /** Decided and written on MongoDB, not yet on SQL. */
  half: OpenConflict | null;
  /** Its target refuses it: it does not cross any more. */
  refused: boolean;
}

export type OpenConflict = { -readonly [K in keyof ConflictEvidence]: ConflictEvidence[K] };
