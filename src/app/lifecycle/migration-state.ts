/** What is stored of a migration: its stage, its history, writes on the passive side, the rollback level. Plain data. */
import { type LevelState, levelAtFirst } from '../../lifecycle/levels.js';
import type { Phase, Stage } from '../../lifecycle/phases.js';
import { stageOf } from '../../lifecycle/phases.js';

export interface HistoryEntry {
  readonly from: Phase;
  readonly to: Phase;
  /** Of reads, where the phase has one. */
  readonly share: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly why: string | null;
  readonly forced: boolean;
  readonly kind: 'advance' | 'rollback' | 'source' | 'level';
}

export interface LevelEntry {
  readonly level: number;
  readonly at: number;
  readonly reason: string;
  /** Who approved; null: it was found. */
  readonly by: string | null;
}

export interface MigrationState {
  readonly stage: Stage;
  readonly since: number;
  /** Oldest first; bounded. */
  readonly history: readonly HistoryEntry[];
  readonly passive: { readonly counts: Readonly<Record<string, number>>; readonly at: number | null };
  readonly level: LevelState;
  readonly levels: readonly LevelEntry[];
}

export const entriesKept = 1000;

export function firstState(phase: Phase, now: number): MigrationState {
  return {
    stage: stageOf(phase),
    since: now,
    history: [],
    passive: { counts: {}, at: null },
    level: { ...levelAtFirst, since: now },
    levels: [],
  };
}
