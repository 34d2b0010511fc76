/** The numbers of all conflicts ever, for metrics and reports. Must not know who shows them. */
import type { Clock } from '../base/clock.js';
import { type ConflictKind, conflictKinds } from '../model/conflict.js';
import type { ConflictCounts, ConflictGroup, ConflictStore } from '../ports/conflict-store.js';

export interface ConflictTotals {
  /** Conflicts ever, those that retention has removed too. */
  readonly total: number;
  readonly last24h: number;
  /** Tables that are synced stand at zero from the start, kinds too. */
  readonly byTable: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<ConflictKind, number>>;
  readonly byStrategy: Readonly<Record<string, number>>;
  /** From being found to being written on both sides; null: none is over yet. */
  readonly avgResolutionMs: number | null;
  readonly pendingManual: number;
  /** Decided, or closed by themselves, without a person / all; 1 while there was none. */
  readonly autoResolutionRate: number;
}

const dayMs = 86_400_000;

export function conflictTotals({ groups, recent }: ConflictCounts, tables: Iterable<string>): ConflictTotals {
  const sum = (number: (group: ConflictGroup) => number): number =>
    groups.reduce((all, group) => all + number(group), 0);
  const by = (names: Iterable<string>, nameOf: (group: ConflictGroup) => string): Record<string, number> => {
    const totals = new Map([...names].map((name) => [name, 0]));
    for (const group of groups) totals.set(nameOf(group), (totals.get(nameOf(group)) ?? 0) + group.total);
    return Object.fromEntries(totals);
  };
  const total = sum((group) => group.total);
  const resolved = sum((group) => group.resolved);
  return {
    total,
    last24h: recent,
    byTable: by(tables, ({ table }) => table),
    byKind: by(conflictKinds, ({ kind }) => kind) as Record<ConflictKind, number>,
    byStrategy: by([], ({ strategy }) => strategy),
    avgResolutionMs: resolved === 0 ? null : sum((group) => group.resolutionMs) / resolved,
    pendingManual: sum((group) => group.pending),
    autoResolutionRate: total === 0 ? 1 : sum((group) => group.automatic) / total,
  };
}

export interface ConflictNumbersOptions {
  readonly conflicts: Pick<ConflictStore, 'counts'>;
  readonly tables: Iterable<string>;
  readonly clock: Clock;
}

/** However often it is asked, counting takes no more than this share of the time. */
const shareOfTime = 0.05;
const leastAgeMs = 500;

/** Counts at most now and then: a million stored conflicts take a second. */
export class ConflictNumbers {
  private answer: Promise<ConflictTotals> | null = null;
  private freshUntil = 0;

  constructor(private readonly options: ConflictNumbersOptions) {}

  read(): Promise<ConflictTotals> {
    if (this.answer === null || this.options.clock.now() >= this.freshUntil) {
      // Whoever asks meanwhile waits for the same answer.
      this.freshUntil = Number.POSITIVE_INFINITY;
      this.answer = this.count();
    }
    return this.answer;
  }

  private async count(): Promise<ConflictTotals> {
    const { conflicts, clock, tables } = this.options;
    const began = clock.now();
    try {
      return conflictTotals(await conflicts.counts(began - dayMs), tables);
    } catch (error) {
      this.answer = null;
      throw error;
    } finally {
      this.freshUntil = clock.now() + Math.max(leastAgeMs, (clock.now() - began) / shareOfTime);
    }
  }
}
