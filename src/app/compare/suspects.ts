/**
 * Suspects of a scan on their way to a verdict: examined in groups, those that move again after growing pauses, a bounded number
 * of times. Must not know what becomes of a verdict.
 */
import type { Clock } from '../../base/clock.js';
import { isIsthmusError } from '../../base/errors.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import type { Suspect } from '../../reconcile/scan-step.js';
import type { Engine } from '../../sync/engine.js';
import type { Verdict } from '../../sync/examine.js';

/** Together in one examination. */
const groupMost = 500;
const unitsMost = 4_000_000;
/** Without a verdict at the same time: the scan waits. */
const openMost = 2000;
const roundsMost = 10;
const firstPauseMs = 50;
const pauseMostMs = 5000;
/** While the engine is paused, or between two of its lives. */
const restMs = 200;

export type Finding = Exclude<Verdict, { kind: 'moving' }> | { readonly kind: 'unsettled' };

export interface Found {
  readonly suspect: Suspect;
  readonly finding: Finding;
}

export interface SuspectsOptions {
  readonly engine: Pick<Engine, 'examine'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Must have kept them when it resolves, and counts them in the same turn as they leave here. */
  readonly keep: (found: readonly Found[]) => Promise<() => void>;
}

interface Open {
  readonly suspect: Suspect;
  round: number;
  dueAt: number;
}

export class Suspects {
  private readonly open = new Map<RecordId, Open>();
  private complete = false;

  constructor(private readonly options: SuspectsOptions) {}

  /** Those without a verdict: to be looked at again after a crash. */
  get left(): readonly Suspect[] {
    return [...this.open.values()].map(({ suspect }) => suspect);
  }

  /** Resolves when there is room for more. The suspects are in at once. */
  async add(suspects: readonly Suspect[]): Promise<void> {
    for (const suspect of suspects) this.open.set(recordId(suspect), { suspect, round: 0, dueAt: 0 });
    while (this.open.size >= openMost && !this.options.signal.aborted) await this.rest(20);
  }

  /** No more will come. */
  end(): void {
    this.complete = true;
  }

  /** Resolves when the last one has its verdict, or at the signal. */
  async run(): Promise<void> {
    const { signal } = this.options;
    while (!signal.aborted && !(this.complete && this.open.size === 0)) {
      const group = this.take();
      if (group.length === 0) await this.rest(20);
      else await this.examine(group);
    }
  }

  /** A group that is worth its marks, but for the last ones. */
  private take(): readonly Open[] {
    const now = this.options.clock.now();
    const group: Open[] = [];
    let units = 0;
    for (const one of this.open.values()) {
      if (one.dueAt > now) continue;
      units += one.suspect.units;
      if (group.length > 0 && units > unitsMost) break;
      group.push(one);
      if (group.length === groupMost) break;
    }
    return group;
  }

  private async examine(group: readonly Open[]): Promise<void> {
    const { engine, clock, keep, signal } = this.options;
    const refs: RecordRef[] = group.map(({ suspect: { entity, key } }) => ({ entity, key }));
    const verdicts = await patient(() => engine.examine(refs));
    if (signal.aborted) return;
    if (verdicts === null) return this.rest(restMs);
    const found: Found[] = [];
    for (const one of group) {
      const verdict = verdicts.get(recordId(one.suspect)) ?? { kind: 'moving' };
      if (verdict.kind !== 'moving') found.push({ suspect: one.suspect, finding: verdict });
      else if (++one.round >= roundsMost) found.push({ suspect: one.suspect, finding: { kind: 'unsettled' } });
      else one.dueAt = clock.now() + Math.min(firstPauseMs * 2 ** one.round, pauseMostMs);
    }
    const count = await keep(found);
    for (const { suspect } of found) this.open.delete(recordId(suspect));
    count();
  }

  private rest(ms: number): Promise<void> {
    return this.options.clock.sleep(ms, this.options.signal);
  }
}

/** Null: not now, for a reason that passes. */
export async function patient<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isIsthmusError(error) && (error.retry || error.code === 'not_running')) return null;
    throw error;
  }
}
