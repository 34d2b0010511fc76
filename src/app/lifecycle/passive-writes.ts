/**
 * Counts writes on the side that is passive in a phase, warns of them now and then, and where so configured has the other
 * side's state written back. Hears of them while the engine works, so it only notes; the rest is done on the tick.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { leads } from '../../model/course.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import { type LinkName, type Side, sides } from '../../model/side.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { Migration } from './migration.js';

export interface PassiveWritesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: 'note' | 'revert' | 'keep';
}

const warnEveryMs = 60_000;
/** Records that wait to be written back; beyond these a comparison finds them. */
const mostWaiting = 10_000;
/** Of these in one go. */
const portion = 200;

export class PassiveWrites {
  /** By table, since the last save. */
  private readonly fresh = new Map<string, number>();
  private readonly waiting = new Map<RecordId, RecordRef>();
  private readonly warnedAt = new Map<string, number>();

  constructor(private readonly options: PassiveWritesOptions) {}

  /** From the engine. */
  readonly noted = (link: LinkName, records: readonly RecordRef[]): void => {
    const { clock, log, policy } = this.options;
    for (const ref of records) {
      this.fresh.set(ref.entity, (this.fresh.get(ref.entity) ?? 0) + 1);
      if (policy === 'revert' && this.waiting.size < mostWaiting) this.waiting.set(recordId(ref), ref);
      const now = clock.now();
      if (now - (this.warnedAt.get(ref.entity) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) continue;
      this.warnedAt.set(ref.entity, now);
      log.warn(
        { table: ref.entity, link, policy },
        `${ref.entity} is written on the side that is passive in this phase: ${fates[policy]}`,
      );
    }
  };

  /** By table, with what is not saved yet. */
  counts(saved: Readonly<Record<string, number>>): Record<string, number> {
    const all: Record<string, number> = { ...saved };
    for (const [table, count] of this.fresh) all[table] = (all[table] ?? 0) + count;
    return all;
  }

  get any(): boolean {
    return this.fresh.size > 0;
  }

  async save(migration: Migration): Promise<void> {
    if (!this.any) return;
    const noted = new Map(this.fresh);
    const at = this.options.clock.now();
    await migration.change((state) => ({ ...state, passive: { counts: this.counts(state.passive.counts), at } }));
    for (const [table, count] of noted) {
      const rest = (this.fresh.get(table) ?? 0) - count;
      if (rest > 0) this.fresh.set(table, rest);
      else this.fresh.delete(table);
    }
  }

  /** What differs is overwritten by the side that leads, through the engine, and kept in the record of conflicts. */
  async revert(engine: SyncEngine): Promise<void> {
    const { direction } = engine;
    if (this.waiting.size === 0 || direction === null) return;
    const leading = sides.filter((side) => leads(direction, side));
    if (leading.length !== 1) return this.waiting.clear();
    const refs = [...this.waiting].slice(0, portion);
    const verdicts = await engine.examine(refs.map(([, ref]) => ref));
    const differences = refs.flatMap(([id]) => {
      const verdict = verdicts.get(id);
      return verdict?.kind === 'differs' ? [{ id: id, states: verdict.states }] : [];
    });
    const outcomes = await engine.repair(differences, { use: leading[0] as Side, by: 'passive_write' });
    // Who is still moving, or moved in between, is looked at again.
    for (const [id] of refs) {
      const verdict = verdicts.get(id)?.kind;
      const outcome = outcomes.get(id)?.kind;
      const again = verdict === 'moving' || verdict === undefined || outcome === 'moved' || outcome === 'unknown';
      if (!again) this.waiting.delete(id);
    }
  }
}

const fates = {
  note: 'it stays there until the other side changes the record; a comparison finds it.',
  revert: 'the other side’s state is written back, and what stood there is kept in the record of conflicts.',
  keep: 'it crosses all the same.',
} as const;
