/** The story of a migration, gathered from what is stored and what runs. Must not know how it is printed. */
import { automaticDeciders, type ConflictGroup, type ConflictStore } from '../../ports/conflict-store.js';
import type { KnownComparison } from './comparisons.js';
import type { LevelEntry } from './migration-state.js';
import type { ShownEntry, ShownPhase } from './show-phase.js';

export interface ReportLetter {
  readonly table: string;
  readonly code: string;
  readonly link: string;
}

export interface ReportSources {
  readonly name: string;
  readonly now: number;
  readonly conflicts: Pick<ConflictStore, 'counts' | 'records'>;
  readonly comparisons: readonly KnownComparison[];
  readonly phase: ShownPhase;
  readonly levels: readonly LevelEntry[];
  readonly deadLetters: readonly ReportLetter[];
  readonly stoppedTables: Readonly<Record<string, string>>;
  /** Of the last day, by link, in milliseconds. */
  readonly lag: Readonly<Record<string, readonly number[]>>;
}

export interface PhaseTime {
  readonly phase: string;
  readonly share: number | null;
  readonly from: string;
  /** Null: it lasts. */
  readonly until: string | null;
}

export interface Report {
  readonly name: string;
  readonly generatedAt: string;
  readonly phase: string;
  readonly since: string;
  readonly phases: readonly PhaseTime[];
  readonly history: readonly ShownEntry[];
  readonly forced: readonly ShownEntry[];
  readonly levels: readonly {
    readonly level: number;
    readonly at: string;
    readonly reason: string;
    readonly by: string | null;
  }[];
  readonly conflicts: {
    readonly total: number;
    readonly pending: number;
    readonly automatic: number;
    readonly groups: readonly (ConflictGroup & { readonly cause: string })[];
    /** Conflicts that each person (or repair) decided, among the newest ones. */
    readonly deciders: Readonly<Record<string, number>>;
    readonly decidersOf: number;
  };
  readonly divergence: readonly {
    readonly id: string;
    readonly finishedAt: string;
    readonly compared: number;
    readonly different: number;
    readonly repaired: number;
  }[];
  readonly lag: Readonly<Record<string, { readonly p50Ms: number; readonly p95Ms: number; readonly maxMs: number }>>;
  readonly passiveWrites: Readonly<Record<string, number>>;
  readonly edgeCases: {
    readonly refusedValues: Readonly<Record<string, number>>;
    readonly deadLetters: readonly ReportLetter[];
    readonly stoppedTables: Readonly<Record<string, string>>;
  };
}

/** Of the newest conflicts so many are looked at for who decided them. */
const mostRead = 10_000;
const page = 1000;

export async function makeReport(sources: ReportSources): Promise<Report> {
  const { name, now, phase, levels, deadLetters, stoppedTables, passiveWrites } = {
    ...sources,
    passiveWrites: sources.phase.passiveWrites,
  };
  const { groups } = await sources.conflicts.counts(now);
  const sum = (pick: (group: ConflictGroup) => number): number => groups.reduce((all, group) => all + pick(group), 0);
  return {
    name,
    generatedAt: new Date(now).toISOString(),
    phase: phase.phase,
    since: phase.since,
    phases: phaseTimes(phase),
    history: phase.history,
    forced: phase.history.filter(({ forced }) => forced),
    levels: levels.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
    conflicts: {
      total: sum(({ total }) => total),
      pending: sum(({ pending }) => pending),
      automatic: sum(({ automatic }) => automatic),
      groups: groups.map((group) => ({ ...group, cause: causeOf(group) })),
      ...(await decidersOf(sources.conflicts)),
    },
    divergence: sources.comparisons
      .filter(({ state, finishedAt }) => state === 'done' && finishedAt !== null)
      .map(({ id, finishedAt, compared, different, repaired }) => ({
        id,
        finishedAt: finishedAt ?? '',
        compared,
        different,
        repaired,
      })),
    lag: Object.fromEntries(Object.entries(sources.lag).map(([link, values]) => [link, percentiles(values)])),
    passiveWrites,
    edgeCases: { refusedValues: refusedValues(groups), deadLetters, stoppedTables },
  };
}

function phaseTimes({ history, phase, share, since }: ShownPhase): PhaseTime[] {
  const first = history[0];
  const entered = history.map(({ to, share: of, at }) => ({ phase: to as string, share: of, from: at }));
  const all = first === undefined ? [{ phase: phase as string, share, from: since }] : entered;
  return all.map((one, index) => ({ ...one, until: all[index + 1]?.from ?? null }));
}

const causes: Readonly<Record<string, string>> = {
  write_write: 'both sides changed the record before either had seen the other',
  insert_insert: 'both sides inserted the key',
  delete_update: 'one side deleted what the other changed',
  type_mismatch: 'a value does not fit the other side’s type',
  structural: 'a value has another structure on the other side',
  unique_violation: 'a unique index of the target refused it',
};

function causeOf({ kind, strategy }: ConflictGroup): string {
  if (strategy === 'direction') return 'written on the passive side of a phase';
  if (strategy === 'repair') return 'a difference that a comparison found';
  if (strategy === 'review') return 'a difference that a comparison found, left to people';
  return causes[kind] ?? kind;
}

async function decidersOf(
  conflicts: Pick<ConflictStore, 'records'>,
): Promise<{ readonly deciders: Record<string, number>; readonly decidersOf: number }> {
  const deciders = new Map<string, number>();
  let read = 0;
  let cursor: string | undefined;
  while (read < mostRead) {
    const found = await conflicts.records({ limit: page, ...(cursor === undefined ? {} : { cursor }) });
    for (const { resolvedBy } of found.conflicts) {
      if (resolvedBy === null || automaticDeciders.includes(resolvedBy)) continue;
      deciders.set(resolvedBy, (deciders.get(resolvedBy) ?? 0) + 1);
    }
    read += found.conflicts.length;
    if (found.cursor === null) break;
    cursor = found.cursor;
  }
  return { deciders: Object.fromEntries(deciders), decidersOf: read };
}

function refusedValues(groups: readonly ConflictGroup[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const { table, kind, total } of groups)
    if (kind === 'type_mismatch' || kind === 'structural') found.set(table, (found.get(table) ?? 0) + total);
  return Object.fromEntries(found);
}

function percentiles(values: readonly number[]): { p50Ms: number; p95Ms: number; maxMs: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
