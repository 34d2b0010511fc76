/** The migration as the API shows it. Pure. */
import type { Check } from '../../lifecycle/evidence.js';
import type { LevelState } from '../../lifecycle/levels.js';
import { meanings, type Phase, readsOf, type Stage } from '../../lifecycle/phases.js';
import type { Direction } from '../../model/course.js';
import type { Side } from '../../model/side.js';
import type { HistoryEntry, MigrationState } from './migration-state.js';

export interface ShownEntry extends Omit<HistoryEntry, 'at'> {
  /** ISO. */
  readonly at: string;
}

export interface ShownPhase {
  /** Whether the phase decides the direction. */
  readonly lifecycle: boolean;
  readonly phase: Phase;
  /** Of reads: compared in dual_read, on MongoDB in read_cutover; else null. */
  readonly share: number | null;
  readonly since: string;
  readonly direction: Direction;
  readonly reads: Readonly<Record<Side, number>>;
  readonly compareEveryMs: number | null;
  readonly next: (Stage & { readonly checks: readonly Check[] }) | null;
  readonly back: readonly Phase[];
  /** Oldest first. */
  readonly history: readonly ShownEntry[];
  readonly rollback: {
    readonly level: number;
    readonly stage: string;
    readonly since: string;
    readonly reason: string;
    readonly divergenceRate: number | null;
    readonly needsApproval: boolean;
  };
  readonly passiveWrites: Readonly<Record<string, number>>;
}

export interface Routing {
  readonly phase: Phase;
  /** Shares of 1. */
  readonly reads: Readonly<Record<Side, number>>;
  readonly writes: Readonly<Record<Side, boolean>>;
  /** The share of reads that is to be compared on both sides. */
  readonly compared: number;
}

export function routingOf(stage: Stage): Routing {
  const { phase, share } = stage;
  const compared = phase === 'dual_read' ? (share ?? 0) : phase === 'read_cutover' ? 0.1 : 0;
  return { phase, reads: readsOf(stage), writes: meanings[phase].writes, compared };
}

interface Shown {
  readonly lifecycle: boolean;
  readonly stage: Stage;
  readonly state: MigrationState;
  readonly direction: Direction;
  readonly compareEveryMs: number | null;
  readonly next: ShownPhase['next'];
  readonly back: readonly Phase[];
  readonly rollback: LevelState & { readonly level: number; readonly needsApproval: boolean };
  readonly passiveWrites: Readonly<Record<string, number>>;
}

export function shownPhase({ stage, state, rollback, ...shown }: Shown): ShownPhase {
  const { level, stage: levelStage, since, reason, divergenceRate, needsApproval } = rollback;
  return {
    ...shown,
    phase: stage.phase,
    share: stage.share,
    since: new Date(state.since).toISOString(),
    reads: readsOf(stage),
    history: state.history.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
    rollback: {
      level,
      stage: levelStage,
      since: new Date(since).toISOString(),
      reason,
      divergenceRate,
      needsApproval,
    },
  };
}
