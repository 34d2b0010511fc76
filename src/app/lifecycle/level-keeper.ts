/**
 * Finds the rollback level and does what it asks: looks at every comparison that ends and, on each tick, at the links.
 * What cannot be done now is tried again on the next tick. Must not know how a level follows from the other.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { durationMs } from '../../config/duration.js';
import type { Config } from '../../config/schema.js';
import {
  entering,
  type LevelAction,
  type LevelEvent,
  type LevelStage,
  type LevelState,
  levelOf,
  levelStep,
  needsApproval,
} from '../../lifecycle/levels.js';
import type { SyncEngine } from '../../sync/engine.js';
import { type Comparisons, isWhole, type KnownComparison } from './comparisons.js';
import type { Migration } from './migration.js';
import { entriesKept } from './migration-state.js';

export interface LevelKeeperParts {
  readonly config: Config;
  readonly tables: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly engine: Pick<SyncEngine, 'pause' | 'resume' | 'broken' | 'status'>;
  readonly comparisons: Comparisons;
  readonly migration: Migration;
  /** Tells whoever reads and writes that one side is the single source from now on. */
  readonly cut: () => void;
  /** Makes it so. */
  readonly singleSource: (reason: string) => Promise<void>;
  /** The level changed. */
  readonly changed: () => void;
}

/** Stages of which a restart does again what is done on the way in; all of it may be done twice. */
const unfinished: ReadonlySet<LevelStage> = new Set(['comparing', 'held', 'mending', 'cut']);
/** How much more often both sides are compared at level 2. */
const moreOften = 4;

export class LevelKeeper {
  /** What could not be stored yet, since the server that stores it may be the one that is lost. */
  private unsaved: { readonly state: LevelState; readonly by: string | null } | null = null;
  /** What is still to be done, in order. */
  private readonly todo: LevelAction[] = [];
  private working = false;
  /** Whether it finds the level here; whoever does not still shows it, and takes an approval. */
  private looks = false;

  constructor(private readonly parts: LevelKeeperParts) {
    parts.comparisons.on('finished', (comparison) => this.compared(comparison));
  }

  begin(): void {
    this.looks = true;
    // What its predecessor had to do may not be done.
    const { stage } = this.state;
    this.todo.splice(0, this.todo.length, ...(unfinished.has(stage) ? entering[stage] : []));
    this.atOnce();
  }

  /** Another process does what is left. */
  rest(): void {
    this.looks = false;
    this.todo.length = 0;
    this.unsaved = null;
  }

  get state(): LevelState {
    return this.unsaved?.state ?? this.parts.migration.state.level;
  }

  get level(): number {
    return levelOf[this.state.stage];
  }

  get needsApproval(): boolean {
    return needsApproval.has(this.state.stage);
  }

  /** How much more often than usual both sides are compared. */
  get factor(): number {
    return this.state.stage === 'review' ? moreOften : 1;
  }

  approve(by: string): void {
    if (!this.needsApproval)
      throw new IsthmusError('phase_refused', {
        message: 'Nothing waits for an approval.',
        remedy: 'See the rollback level with `isthmus phase`.',
      });
    this.take({ kind: 'approved' }, by);
  }

  /** Looks at the links, stores what is not stored, and does what is left. */
  async tick(): Promise<void> {
    if (this.looks) this.lookAtLinks();
    await this.save();
    await this.work();
  }

  private lookAtLinks(): void {
    const { clock, config, engine } = this.parts;
    const { state, lastError } = engine.status();
    const since = engine.broken;
    const limitMs = durationMs(config.levels.broken) ?? 0;
    const reason = lastError?.message ?? 'The sync does not run.';
    if (since !== null && clock.now() - since > limitMs) this.take({ kind: 'broke', reason }, null);
    else if (since === null && state !== 'starting' && this.state.stage === 'cut') this.take({ kind: 'works' }, null);
  }

  private compared(comparison: KnownComparison): void {
    if (comparison.state !== 'done' || !this.looks) return;
    const { id, compared, different } = comparison;
    const rate = compared === 0 ? (different > 0 ? 1 : 0) : different / compared;
    const whole = isWhole(comparison, this.parts.tables);
    // What was repaired on the spot differs no more.
    const left = Math.max(0, different - comparison.repaired);
    this.take({ kind: 'compared', id, rate: left === 0 ? 0 : rate, different: left, whole }, null);
  }

  private take(event: LevelEvent, by: string | null): void {
    const { config, clock, log } = this.parts;
    const before = this.state;
    const { state, actions } = levelStep(before, event, { limits: config.levels, now: clock.now() });
    if (JSON.stringify(state) === JSON.stringify(before)) return;
    this.unsaved = { state, by };
    if (state.stage !== before.stage) {
      const level = levelOf[state.stage];
      log[level >= 2 ? 'error' : 'warn']({ level, stage: state.stage }, `Rollback level ${level}. ${state.reason}`);
      this.parts.changed();
    }
    // What was to be done for the former stage is of no use any more.
    if (actions.length > 0) this.todo.splice(0, this.todo.length, ...actions);
    this.atOnce();
  }

  /** What must not wait until it is stored: the server that stores it may be the one that is lost. */
  private atOnce(): void {
    for (const action of this.todo) {
      // Where that cannot be told to all processes now, it is tried again with the rest.
      if (action === 'pause') void Promise.resolve(this.parts.engine.pause()).catch(() => undefined);
      if (action === 'single_source') this.parts.cut();
    }
  }

  private async save(): Promise<void> {
    const { unsaved } = this;
    if (unsaved === null) return;
    const { state, by } = unsaved;
    await this.parts.migration.change((stored) => ({
      ...stored,
      level: state,
      levels: [
        ...stored.levels,
        ...(stored.level.stage === state.stage
          ? []
          : [{ level: levelOf[state.stage], at: this.parts.clock.now(), reason: state.reason, by }]),
      ].slice(-entriesKept),
    }));
    if (this.unsaved === unsaved) this.unsaved = null;
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let action = this.todo[0]; action !== undefined; action = this.todo[0]) {
        await this.perform(action);
        if (this.todo[0] === action) this.todo.shift();
      }
    } finally {
      this.working = false;
    }
  }

  private async perform(action: LevelAction): Promise<void> {
    const { comparisons, config, engine } = this.parts;
    const { comparison, reason } = this.state;
    if (action === 'pause') await engine.pause();
    else if (action === 'resume') await engine.resume();
    else if (action === 'compare_all') await comparisons.start({ reason: 'rollback_level', by: 'rollback_level' });
    else if (action === 'single_source') await this.parts.singleSource(reason);
    else if (action === 'queue' && comparison !== null)
      await comparisons.repair(comparison, { use: 'queue', by: 'rollback_level' });
    else if (action === 'repair') {
      const use = config.levels.repair;
      if (comparison !== null && use !== 'none') await comparisons.repair(comparison, { use, by: 'rollback_level' });
      await comparisons.start({ reason: 'rollback_level', by: 'rollback_level' });
    }
    // `log` and `alert` were done on the way in; how often is compared follows from the stage.
  }
}
