/**
 * What a step forward needs, as a checklist: each check with the present value, the required one, and why. Pure: facts and
 * limits come in.
 */
import type { Phase, Stage } from './phases.js';

/** What is known at one moment. */
export interface Facts {
  readonly now: number;
  /** When the present stage began. */
  readonly since: number;
  /** Changes cross, or nothing is to cross in this phase. */
  readonly working: boolean;
  /** Tables that are not loaded to their end. */
  readonly unloaded: readonly string[];
  readonly stoppedTables: readonly string[];
  readonly lagMs: number;
  readonly pendingConflicts: number;
  readonly deadLetters: number;
  /** The newest comparison of all tables and all records that came to its end. */
  readonly comparison: { readonly startedAt: number; readonly compared: number; readonly different: number } | null;
  /** The last write on a side that did not lead; null: none is known. */
  readonly passiveAt: number | null;
  /** Reads of this stage that were served by one side and compared with the other. */
  readonly reads: { readonly compared: number; readonly different: number };
  readonly rollbackLevel: number;
  readonly needsApproval: boolean;
}

export interface Limits {
  readonly lagMs: number;
  /** Differences / records compared, below which it goes on. */
  readonly divergenceRate: number;
  readonly comparisonAgeMs: number;
  readonly pendingConflicts: number;
  readonly deadLetters: number;
  readonly dualReads: number;
  readonly dualReadDifferenceRate: number;
  readonly minimumMs: number;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly present: string;
  readonly required: string;
  readonly why: string;
}

type CheckName =
  | 'working'
  | 'time_in_phase'
  | 'loads_complete'
  | 'no_table_stopped'
  | 'lag'
  | 'comparison'
  | 'divergence'
  | 'no_divergence'
  | 'pending_conflicts'
  | 'dead_letters'
  | 'dual_reads'
  | 'dual_read_differences'
  | 'rollback_level';

type Finding = Omit<Check, 'name'>;

/** What each phase asks of those who enter it. */
const asked: Readonly<Record<Phase, readonly CheckName[]>> = {
  prepare: [],
  snapshot: ['working', 'time_in_phase', 'rollback_level'],
  replicate: ['working', 'time_in_phase', 'loads_complete', 'no_table_stopped', 'lag', 'rollback_level'],
  dual_read: [
    'working',
    'time_in_phase',
    'loads_complete',
    'no_table_stopped',
    'lag',
    'comparison',
    'divergence',
    'pending_conflicts',
    'dead_letters',
    'rollback_level',
  ],
  read_cutover: [
    'working',
    'time_in_phase',
    'no_table_stopped',
    'lag',
    'comparison',
    'divergence',
    'pending_conflicts',
    'dead_letters',
    'dual_reads',
    'dual_read_differences',
    'rollback_level',
  ],
  bidirectional: [
    'working',
    'time_in_phase',
    'no_table_stopped',
    'lag',
    'comparison',
    'no_divergence',
    'pending_conflicts',
    'dead_letters',
    'rollback_level',
  ],
  mongodb_primary: [
    'working',
    'time_in_phase',
    'no_table_stopped',
    'lag',
    'comparison',
    'divergence',
    'pending_conflicts',
    'dead_letters',
    'rollback_level',
  ],
  retired: [
    'working',
    'time_in_phase',
    'no_table_stopped',
    'lag',
    'comparison',
    'divergence',
    'pending_conflicts',
    'dead_letters',
    'rollback_level',
  ],
};

const checks: Readonly<Record<CheckName, (facts: Facts, limits: Limits) => Finding>> = {
  working: ({ working }) =>
    finding(working, { present: working ? 'yes' : 'no', required: 'yes', why: 'What stands still proves nothing.' }),
  time_in_phase: ({ now, since }, { minimumMs }) =>
    finding(now - since >= minimumMs, {
      present: duration(now - since),
      required: `at least ${duration(minimumMs)}`,
      why: 'A phase must have seen a working day before it is trusted, if phases.minimum says so.',
    }),
  loads_complete: ({ unloaded }) =>
    finding(unloaded.length === 0, {
      present: unloaded.length === 0 ? 'all' : `not ${some(unloaded)}`,
      required: 'all tables',
      why: 'A table that is not loaded lacks records on the other side.',
    }),
  no_table_stopped: ({ stoppedTables }) =>
    finding(stoppedTables.length === 0, {
      present: stoppedTables.length === 0 ? 'none' : some(stoppedTables),
      required: 'none',
      why: 'A stopped table is no longer followed.',
    }),
  lag: ({ lagMs }, limits) =>
    finding(lagMs <= limits.lagMs, {
      present: duration(lagMs),
      required: `at most ${duration(limits.lagMs)}`,
      why: 'What has not crossed cannot be read on the other side.',
    }),
  comparison: ({ comparison, now, passiveAt }, { comparisonAgeMs }) => {
    const required = `one of all records, not older than ${duration(comparisonAgeMs)}`;
    const why = 'Only a comparison shows that both sides are equal.';
    if (comparison === null) return finding(false, { present: 'none', required, why });
    const age = now - comparison.startedAt;
    const late = passiveAt === null || comparison.startedAt > passiveAt;
    return finding(late && age <= comparisonAgeMs, {
      present: `${duration(age)} old${late ? '' : ', from before the last passive write'}`,
      required,
      why,
    });
  },
  divergence: ({ comparison }, { divergenceRate }) =>
    finding(comparison !== null && rateOf(comparison) < divergenceRate, {
      present: comparison === null ? 'unknown' : percent(rateOf(comparison)),
      required: `below ${percent(divergenceRate)}`,
      why: 'More differences than a few single ones have a cause that is still at work.',
    }),
  no_divergence: ({ comparison }) =>
    finding(comparison !== null && comparison.different === 0, {
      present: comparison === null ? 'unknown' : `${comparison.different} records`,
      required: '0 records',
      why: 'What differs when both sides begin to be written looks like a conflict later: repair it first.',
    }),
  pending_conflicts: ({ pendingConflicts }, limits) =>
    finding(pendingConflicts <= limits.pendingConflicts, {
      present: String(pendingConflicts),
      required: `at most ${limits.pendingConflicts}`,
      why: 'A conflict that waits for a person leaves its record different on both sides.',
    }),
  dead_letters: ({ deadLetters }, limits) =>
    finding(deadLetters <= limits.deadLetters, {
      present: String(deadLetters),
      required: `at most ${limits.deadLetters}`,
      why: 'A change that its target refuses is missing there.',
    }),
  dual_reads: ({ reads }, { dualReads }) =>
    finding(reads.compared >= dualReads, {
      present: String(reads.compared),
      required: `at least ${dualReads}`,
      why: 'Reads of the application show what no comparison of records does: that they are read alike.',
    }),
  dual_read_differences: ({ reads }, { dualReadDifferenceRate }) =>
    finding(reads.different === 0 || reads.different / reads.compared < dualReadDifferenceRate, {
      present: reads.compared === 0 ? 'none compared' : percent(reads.different / reads.compared),
      required: `below ${percent(dualReadDifferenceRate)}`,
      why: 'Users would see these.',
    }),
  rollback_level: ({ rollbackLevel, needsApproval }) =>
    finding(rollbackLevel <= 1 && !needsApproval, {
      present: `${rollbackLevel}${needsApproval ? ', waits for approval' : ''}`,
      required: 'at most 1',
      why: 'While something is being mended nothing else should change.',
    }),
};

/** The checklist of a step. Later shares of a phase ask what the first one did. */
export function evidenceFor(next: Stage, facts: Facts, limits: Limits): readonly Check[] {
  return asked[next.phase].map((name) => ({ name, ...checks[name](facts, limits) }));
}

function finding(ok: boolean, told: Omit<Finding, 'ok'>): Finding {
  return { ok, ...told };
}

function rateOf({ compared, different }: { readonly compared: number; readonly different: number }): number {
  return compared === 0 ? (different === 0 ? 0 : 1) : different / compared;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))} %`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
