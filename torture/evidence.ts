/** Everything that the checker looks at when a run has come to rest. Data only; must not know how it was gathered. */
import type { Side } from '../src/model/side.js';
import type { History, Values } from './history.js';

/** Table → key → values. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Values>>;

export interface ConflictEvidence {
  readonly id: string;
  readonly table: string;
  readonly key: string;
  readonly kind: string;
  readonly strategy: string;
  readonly state: 'pending' | 'propagating' | 'resolved' | 'superseded';
  readonly base: Values | null;
  readonly sql: Values | null;
  readonly mongodb: Values | null;
  /** Null: nothing was decided. */
  readonly resolved: Values | null;
  /** The stored document as text: whatever it holds counts as recorded. */
  readonly text: string;
}

export interface DeadLetterEvidence {
  readonly table: string;
  readonly key: string;
  readonly text: string;
}

/** One reading of a link's stored progress: lane → number, and the epoch. */
export interface ProgressSample {
  readonly side: Side;
  readonly at: number;
  readonly epoch: number;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface Evidence {
  /** What stood on both sides before the users began. */
  readonly initial: Readonly<Record<Side, Tables>>;
  readonly final: Readonly<Record<Side, Tables>>;
  readonly history: History;
  readonly conflicts: readonly ConflictEvidence[];
  readonly deadLetters: readonly DeadLetterEvidence[];
  /** Record events in each database's own log, by table and key, from before the users began to the end. */
  readonly events: Readonly<Record<Side, ReadonlyMap<string, ReadonlyMap<string, number>>>>;
  /** Record events in each log while everything was quiet at the end. */
  readonly quietEvents: Readonly<Record<Side, number>>;
  readonly progress: readonly ProgressSample[];
  /** What the operators of the run did that excuses a check: a gap that was accepted after a lost slot or oplog. */
  readonly gaps: readonly { readonly side: Side; readonly from: number; readonly to: number }[];
}

export interface Problem {
  /** Which promise is broken. */
  readonly check: string;
  readonly table: string | null;
  readonly key: string | null;
  readonly text: string;
}
