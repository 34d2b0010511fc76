/**
 * Comparisons of both sides as a service of a running sync: asked for or on a timetable, one at a time, stored, resumed after a
 * crash, repaired on demand. Must not know how records are read or settled.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Entity } from '../../model/entity.js';
import type { Side } from '../../model/side.js';
import type { ComparisonRow, ComparisonStore, RepairUse } from '../../ports/comparison-store.js';
import type { SideStore } from '../../ports/side-store.js';
import type { Engine } from '../../sync/engine.js';
import { entityNamed } from '../entity-named.js';
import type {
  Comparison,
  ComparisonDetail,
  ComparisonEvents,
  ComparisonPage,
  ComparisonRequest,
} from './comparison.js';
import { ComparisonJob } from './job.js';
import { showComparison, showDifference } from './show-comparison.js';
import { Timetable } from './timetable.js';

export interface ComparisonsParts {
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly store: ComparisonStore;
  readonly engine: Pick<Engine, 'examine' | 'repair'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Null: only on demand. */
  readonly everyMs: number | null;
  readonly sample: number;
  /** Whether other processes have a part in it: any of them may be asked, and one of them makes comparisons. */
  readonly shared: boolean;
}

/** Between two looks at what other processes were asked. */
const lookEveryMs = 1_000;
const queueMost = 10;
const keptMost = 100;

interface Queued {
  readonly row: ComparisonRow;
  /** False: it could not be, and who asked for it was told. */
  readonly stored: Promise<boolean>;
}

/** Without what starts and ends it. */
export type ComparisonControl = Pick<
  Comparisons,
  'start' | 'list' | 'get' | 'repair' | 'cancel' | 'every' | 'everyMs' | 'on'
>;

export class Comparisons {
  /** Of the time in which this process makes them. */
  private stopper = new AbortController();
  private readonly owner = randomUUID();
  private readonly queue: Queued[] = [];
  private readonly listeners: { readonly [E in keyof ComparisonEvents]: ((...v: ComparisonEvents[E]) => void)[] } = {
    progress: [],
    finished: [],
  };
  private readonly timetable: Timetable;
  private job: ComparisonJob | null = null;
  private loop: Promise<void> | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly parts: ComparisonsParts) {
    const due = (): Promise<unknown> => this.start({ sample: parts.sample, reason: 'scheduled', by: 'timetable' });
    this.timetable = new Timetable({ clock: parts.clock, due, everyMs: parts.everyMs });
  }

  /** Takes up what a former process left, then works until `stop`; may begin again after it. */
  begin(): void {
    this.stopper = new AbortController();
    const { signal } = this.stopper;
    this.loop = this.run(signal).catch((error: unknown) => this.trouble(error, 'comparisons have ended'));
    void this.timetable.run(async () => (await this.parts.store.list(1))[0]?.queuedAt ?? null, signal);
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    this.wake?.();
    await this.loop;
    this.loop = null;
    // They are stored, for whoever begins next.
    this.queue.length = 0;
  }

  on<E extends keyof ComparisonEvents>(event: E, listener: (...values: ComparisonEvents[E]) => void): void {
    this.listeners[event].push(listener);
  }

  /** How often one is made from now on; null: only on demand. */
  every(ms: number | null): void {
    this.timetable.set(ms);
  }

  get everyMs(): number | null {
    return this.timetable.everyMs;
  }

  /** Queued; throws `not_found` for a table that is not synced, `too_many` if too many wait. */
  async start(request: ComparisonRequest): Promise<Comparison> {
    const entities = request.entities ?? [...this.parts.entities.keys()];
    for (const table of entities) entityNamed(this.parts.entities, table);
    const row: ComparisonRow = {
      id: randomUUID(),
      state: 'queued',
      reason: request.reason ?? 'asked',
      entities: [...new Set(entities)],
      sample: request.sample ?? 1,
      repair: request.repair ?? null,
      dryRun: request.dryRun ?? false,
      by: request.by ?? 'api',
      queuedAt: this.parts.clock.now(),
      startedAt: null,
      finishedAt: null,
      error: null,
      total: 0,
      tables: {},
      kept: 0,
      progress: null,
    };
    await this.enqueue(row);
    return showComparison(row);
  }

  /** Repairs what a finished comparison found. Throws `not_found`, `comparison_busy`, `too_many`. */
  async repair(id: string, request: { readonly use: RepairUse; readonly by?: string }): Promise<Comparison> {
    const found = await this.row(id);
    if (found.state === 'queued' || found.state === 'running')
      throw new IsthmusError('comparison_busy', { message: `The comparison ${id} is not finished.` });
    const by = request.by ?? 'api';
    const row = { ...found, repair: request.use, dryRun: false, by, state: 'queued' as const, error: null };
    await this.parts.store.claim(id, this.owner);
    await this.enqueue({ ...row, finishedAt: null, progress: { repairing: true } });
    return showComparison(row);
  }

  async list(limit: number): Promise<readonly Comparison[]> {
    const rows = await this.parts.store.list(limit);
    return rows.map((row) => showComparison(this.newest(row)));
  }

  async get(id: string, { limit, cursor }: ComparisonPage): Promise<ComparisonDetail> {
    const row = this.newest(await this.row(id));
    const page = await this.parts.store.differences(id, { limit, ...(cursor === undefined ? {} : { cursor }) });
    const differences = page.differences.map((one) => showDifference(one, this.parts.entities.get(one.table)));
    return { ...showComparison(row), differences, cursor: page.cursor };
  }

  /** One that waits or runs ends as failed, with what it found so far. */
  async cancel(id: string): Promise<Comparison> {
    const row = await this.row(id);
    const at = this.queue.findIndex((one) => one.row.id === id);
    if (this.job?.row.id === id) this.job.cancel();
    else if (at >= 0) {
      this.queue.splice(at, 1);
      await this.saveCancelled(row, 'It was cancelled before it began.');
    } else if (this.parts.shared && (row.state === 'queued' || row.state === 'running')) {
      // Whoever has it learns that it is no longer its own.
      await this.parts.store.claim(id, this.owner);
      await this.saveCancelled(await this.row(id), 'It was cancelled.');
    }
    return showComparison(this.newest(await this.row(id)));
  }

  private async saveCancelled(row: ComparisonRow, message: string): Promise<void> {
    const error = { code: 'cancelled', message };
    await this.parts.store.save({ ...row, state: 'failed', finishedAt: this.parts.clock.now(), error }, this.owner);
  }

  private async enqueue(row: ComparisonRow): Promise<void> {
    if (this.loop === null) {
      if (!this.parts.shared) throw new IsthmusError('not_running', { message: 'This process makes no comparisons.' });
      // Whoever makes them finds it there.
      await this.parts.store.save(row, this.owner);
      return;
    }
    if (this.queue.length >= queueMost)
      throw new IsthmusError('too_many', { message: `${queueMost} comparisons wait already.` });
    const saving = this.parts.store.save(row, this.owner);
    const stored = saving.then(Boolean, () => false);
    this.queue.push({ row, stored });
    await saving;
    this.wake?.();
  }

  private async run(signal: AbortSignal): Promise<void> {
    await this.takeUp();
    while (!signal.aborted) {
      const next = this.queue.shift();
      // Else it could be stored as queued after it has run.
      if (next !== undefined) {
        if (await next.stored) await this.work(next.row);
        continue;
      }
      await this.rest(signal);
      if (this.parts.shared && this.queue.length === 0 && !signal.aborted)
        await this.takeUp().catch((error: unknown) => this.trouble(error, 'comparisons could not be read'));
    }
  }

  private async takeUp(): Promise<void> {
    for (const row of await this.leftOver()) {
      await this.parts.store.claim(row.id, this.owner);
      this.queue.unshift({ row, stored: Promise.resolve(true) });
    }
  }

  /** The newest first, since each goes to the head of the queue. */
  private async leftOver(): Promise<readonly ComparisonRow[]> {
    const open = await this.parts.store.open();
    return open.filter(({ id }) => !this.queue.some((one) => one.row.id === id)).reverse();
  }

  private async work(row: ComparisonRow): Promise<void> {
    const { parts, owner } = this;
    const tell = (event: keyof ComparisonEvents, of: ComparisonRow): void => {
      for (const listener of this.listeners[event]) listener(showComparison(of));
    };
    this.job = new ComparisonJob({ ...parts, owner, stop: this.stopper.signal, tell }, row);
    try {
      const over = await this.job.run();
      if (over) await parts.store.expire(keptMost);
    } catch (error) {
      this.trouble(error, 'a comparison could not be stored');
    } finally {
      this.job = null;
    }
  }

  private trouble(error: unknown, what: string): void {
    this.parts.log.warn({ code: isIsthmusError(error) ? error.code : 'invariant_broken' }, what);
  }

  private async rest(signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.queue.length > 0 || signal.aborted) resolve();
    });
    if (!this.parts.shared) return woken;
    const looked = new AbortController();
    await Promise.race([woken, this.parts.clock.sleep(lookEveryMs, looked.signal)]);
    looked.abort();
  }

  /** What runs is further than what is stored. */
  private newest(row: ComparisonRow): ComparisonRow {
    return this.job?.row.id === row.id ? this.job.row : row;
  }

  private async row(id: string): Promise<ComparisonRow> {
    const row = await this.parts.store.get(id);
    if (row === null) throw new IsthmusError('not_found', { message: 'There is no comparison by that id.' });
    return row;
  }
}
