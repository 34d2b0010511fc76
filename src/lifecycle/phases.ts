/**
 * A migration's phases: where each leads, and what it means for the direction, for reads, for writes and for how often both
 * sides are compared. Pure data; what a step needs stands in `evidence.ts`.
 */
import type { Direction } from '../model/course.js';
import type { Side } from '../model/side.js';

export const phases = [
  'prepare',
  'snapshot',
  'replicate',
  'dual_read',
  'read_cutover',
  'bidirectional',
  'mongodb_primary',
  'retired',
] as const;
export type Phase = (typeof phases)[number];

/** A phase, and the share of reads (of 1) that it is about: compared in `dual_read`, on MongoDB in `read_cutover`; else null. */
export interface Stage {
  readonly phase: Phase;
  readonly share: number | null;
}

/** Where each event leads from a phase; null or none: the event has no answer there but a refusal. */
interface Transitions {
  readonly advance: Phase | null;
  readonly rollback: readonly Phase[];
  /** That side alone is right from now on. */
  readonly source: Readonly<Record<Side, Phase>>;
}

const source = { sql: 'replicate', mongodb: 'mongodb_primary' } as const;

function before(phase: Phase): readonly Phase[] {
  return phases.slice(0, phases.indexOf(phase));
}

export const transitions: Readonly<Record<Phase, Transitions>> = {
  prepare: { advance: 'snapshot', rollback: before('prepare'), source },
  snapshot: { advance: 'replicate', rollback: before('snapshot'), source },
  replicate: { advance: 'dual_read', rollback: before('replicate'), source },
  dual_read: { advance: 'read_cutover', rollback: before('dual_read'), source },
  read_cutover: { advance: 'bidirectional', rollback: before('read_cutover'), source },
  bidirectional: { advance: 'mongodb_primary', rollback: before('bidirectional'), source },
  mongodb_primary: { advance: 'retired', rollback: before('mongodb_primary'), source },
  retired: { advance: null, rollback: before('retired'), source },
};

/** Shares that a phase goes through before the next one; the first is where it begins. */
const shares: Readonly<Record<Phase, readonly number[]>> = {
  prepare: [],
  snapshot: [],
  replicate: [],
  dual_read: [0.1],
  read_cutover: [0.1, 0.5, 1],
  bidirectional: [],
  mongodb_primary: [],
  retired: [],
};

interface Meaning {
  readonly direction: Direction;
  /** Where users may write. */
  readonly writes: Readonly<Record<Side, boolean>>;
  /** The side whose reads are served where no share says otherwise. */
  readonly reads: Side;
  /** How often both sides are compared; null: they are not. */
  readonly compareEveryHours: number | null;
}

const onSql = { sql: true, mongodb: false } as const;
const onMongodb = { sql: false, mongodb: true } as const;

export const meanings: Readonly<Record<Phase, Meaning>> = {
  prepare: { direction: 'none', writes: onSql, reads: 'sql', compareEveryHours: null },
  snapshot: { direction: 'sql_to_mongodb', writes: onSql, reads: 'sql', compareEveryHours: null },
  replicate: { direction: 'sql_to_mongodb', writes: onSql, reads: 'sql', compareEveryHours: 24 },
  dual_read: { direction: 'sql_to_mongodb', writes: onSql, reads: 'sql', compareEveryHours: 6 },
  read_cutover: { direction: 'sql_to_mongodb', writes: onSql, reads: 'sql', compareEveryHours: 6 },
  bidirectional: {
    direction: 'both',
    writes: { sql: true, mongodb: true },
    reads: 'mongodb',
    compareEveryHours: 6,
  },
  mongodb_primary: { direction: 'mongodb_to_sql', writes: onMongodb, reads: 'mongodb', compareEveryHours: 24 },
  retired: { direction: 'none', writes: onMongodb, reads: 'mongodb', compareEveryHours: null },
};

/** Without phases the configured direction says what is served where. */
export const phaseOfDirection = {
  both: 'bidirectional',
  sql_to_mongodb: 'replicate',
  mongodb_to_sql: 'mongodb_primary',
} as const satisfies Record<Exclude<Direction, 'none'>, Phase>;

export function stageOf(phase: Phase): Stage {
  return { phase, share: shares[phase][0] ?? null };
}

/** The step forward; null: there is none. */
export function nextStage({ phase, share }: Stage): Stage | null {
  const further = shares[phase].find((step) => share !== null && step > share);
  if (further !== undefined) return { phase, share: further };
  const next = transitions[phase].advance;
  return next === null ? null : stageOf(next);
}

/** Shares of 1 of the reads that each side serves. */
export function readsOf({ phase, share }: Stage): Readonly<Record<Side, number>> {
  if (phase === 'read_cutover') return { sql: rounded(1 - (share ?? 0)), mongodb: share ?? 0 };
  return meanings[phase].reads === 'sql' ? { sql: 1, mongodb: 0 } : { sql: 0, mongodb: 1 };
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

/** Whether a share may be asked for in a phase. */
export function isShareOf(phase: Phase, share: number): boolean {
  return phase === 'dual_read' ? share > 0 && share <= 1 : shares[phase].includes(share);
}
