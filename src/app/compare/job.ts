/** One comparison from its beginning, or from where a crash left it, to its end. Must not know of others, nor of the queue. */
import type { Clock } from '../../base/clock.js';
import { isIsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Entity } from '../../model/entity.js';
import type { Side } from '../../model/side.js';
import type { ComparisonRow, ComparisonStore, DifferenceRow } from '../../ports/comparison-store.js';
import type { SideStore } from '../../ports/side-store.js';
import type { Engine } from '../../sync/engine.js';
import { runRepair } from './run-repair.js';
import { type ScanProgress, ScanRun } from './run-scan.js';
import { addCounts, noCounts } from './show-comparison.js';

export interface JobParts {
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly store: ComparisonStore;
  readonly engine: Pick<Engine, 'examine' | 'repair'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly owner: string;
  /** The process ends: what is stored goes on in the next one. */
  readonly stop: AbortSignal;
  readonly tell: (event: 'progress' | 'finished', row: ComparisonRow) => void;
}

const saveEveryMs = 1000;
const keptMost = 100_000;

export class ComparisonJob {
  private readonly canceller = new AbortController();
  private scanning: ScanRun | null = null;
  private lost = false;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: JobParts,
    private current: ComparisonRow,
  ) {}

  /** As it stands. */
  get row(): ComparisonRow {
    return this.scanning === null ? this.current : { ...this.current, tables: this.scanning.counts };
  }

  cancel(): void {
    this.canceller.abort();
  }

  /** False: it is not over, and goes on in another process. */
  async run(): Promise<boolean> {
    const { clock, stop, log } = this.parts;
    const signal = AbortSignal.any([stop, this.canceller.signal]);
    const ticking = new AbortController();
    const ticks = this.tick(ticking.signal);
    let error: ComparisonRow['error'] = null;
    try {
      await this.work(signal);
      if (this.canceller.signal.aborted && !this.lost) error = { code: 'cancelled', message: 'It was cancelled.' };
    } catch (thrown) {
      const known = isIsthmusError(thrown) ? thrown : null;
      error = { code: known?.code ?? 'invariant_broken', message: known?.message ?? 'An unknown failure.' };
      log.warn({ code: error.code, id: this.row.id }, `a comparison failed: ${error.message}`);
      if (known === null) log.debug({ error: String(thrown) }, 'the failure of a comparison');
    } finally {
      ticking.abort();
      await ticks;
    }
    if (this.lost || (stop.aborted && error === null)) {
      if (!this.lost) await this.save();
      return false;
    }
    const state = error === null ? 'done' : 'failed';
    this.current = { ...this.row, state, error, finishedAt: clock.now(), progress: null };
    this.scanning = null;
    await this.save();
    this.parts.tell('finished', this.row);
    return true;
  }

  private async work(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const { progress } = this.current;
    this.current = { ...this.current, state: 'running', startedAt: this.current.startedAt ?? clock.now() };
    await this.save();
    if (!isRepairing(progress)) await this.scan(progress as ScanProgress | null, signal);
    const { repair, dryRun } = this.current;
    if (repair === null || dryRun || signal.aborted) return;
    this.current = { ...this.row, progress: { repairing: true } };
    this.scanning = null;
    await this.save();
    await this.repair(repair, signal);
  }

  private async scan(progress: ScanProgress | null, signal: AbortSignal): Promise<void> {
    const { stores, engine, clock } = this.parts;
    const entities = this.current.entities.flatMap((name) => this.parts.entities.get(name) ?? []);
    if (progress === null) {
      const sizes = await Promise.all(
        entities.map(async ({ name }) =>
          Math.max(await stores.sql.estimate(name), await stores.mongodb.estimate(name)),
        ),
      );
      const tables = Object.fromEntries(entities.map(({ name }) => [name, noCounts]));
      this.current = { ...this.current, tables, total: sizes.reduce((sum, size) => sum + size, 0) };
    }
    const { id, sample, tables } = this.current;
    const keep = (differences: readonly DifferenceRow[]): Promise<void> => this.keep(differences);
    const run = new ScanRun({ stores, engine, clock, signal, keep }, { id, entities, sample, tables, progress });
    this.scanning = run;
    await run.run();
  }

  private async keep(differences: readonly DifferenceRow[]): Promise<void> {
    const room = Math.max(0, keptMost - this.current.kept);
    const some = differences.slice(0, room);
    await this.parts.store.saveDifferences(this.current.id, some);
    this.current = { ...this.current, kept: this.current.kept + some.length };
  }

  private repair(use: NonNullable<ComparisonRow['repair']>, signal: AbortSignal): Promise<void> {
    const { engine, store, clock } = this.parts;
    const { id, by } = this.current;
    const repaired = (table: string): void => {
      const counts = addCounts(this.current.tables[table] ?? noCounts, { ...noCounts, repaired: 1 });
      this.current = { ...this.current, tables: { ...this.current.tables, [table]: counts } };
    };
    return runRepair({ engine, store, clock, signal, repaired }, { id, use, by: `repair:${id} ${by}` });
  }

  private async tick(signal: AbortSignal): Promise<void> {
    const { clock, log, tell } = this.parts;
    while (!signal.aborted) {
      await clock.sleep(saveEveryMs, signal);
      if (signal.aborted) return;
      await this.save().catch(() => log.debug({}, 'the progress of a comparison could not be stored'));
      tell('progress', this.row);
    }
  }

  /** One after the other: a later state must not be overtaken by an earlier one. */
  private save(): Promise<void> {
    const saved = this.saving.then(async () => {
      // Counts and progress of the same moment.
      const row = this.scanning === null ? this.row : { ...this.row, progress: this.scanning.progress };
      if (await this.parts.store.save(row, this.parts.owner)) return;
      // Another process has it now.
      this.lost = true;
      this.canceller.abort();
    });
    this.saving = saved.catch(() => {});
    return saved;
  }
}

function isRepairing(progress: unknown): boolean {
  return (progress as { repairing?: boolean } | null)?.repairing === true;
}
