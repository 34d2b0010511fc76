/**
 * A migration that runs: its phase decides the direction, shows what the next step needs, and takes it or not. Must not know
 * what a step needs nor where a phase leads: that is `src/lifecycle`.
 */
import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { durationMs } from '../../config/duration.js';
import type { Config } from '../../config/schema.js';
import { evidenceFor, type Facts, type Limits } from '../../lifecycle/evidence.js';
import {
  meanings,
  nextStage,
  type Phase,
  phaseOfDirection,
  type Stage,
  stageOf,
  transitions,
} from '../../lifecycle/phases.js';
import { stepFrom } from '../../lifecycle/steps.js';
import type { Side } from '../../model/side.js';
import type { ComparedReads } from '../../ports/share-board.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { Comparisons } from './comparisons.js';
import { gatherFacts } from './gather-facts.js';
import { LevelKeeper } from './level-keeper.js';
import type { Migration } from './migration.js';
import { entriesKept, type HistoryEntry } from './migration-state.js';
import type { PassiveWrites } from './passive-writes.js';
import { orderOf, type PhaseRequest } from './phase-request.js';
import { makeReport, type Report, type ReportLetter, type ReportSources } from './report.js';
import { type Routing, routingOf, type ShownPhase, shownPhase } from './show-phase.js';

export interface LifecycleParts {
  readonly config: Config;
  readonly tables: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly engine: SyncEngine;
  /** Other processes look after the same migration: this one is told when it is to find its rollback level. */
  readonly shared: boolean;
  readonly migration: Migration;
  readonly passive: PassiveWrites;
  readonly comparisons: Comparisons;
  readonly reads: () => ComparedReads;
  /** For the report. */
  readonly story: () => Pick<ReportSources, 'conflicts' | 'stoppedTables' | 'lag'>;
  readonly deadLetters: () => Promise<readonly ReportLetter[]>;
  /** Told of each change, as it is shown. */
  readonly onChange: (shown: ShownPhase) => void;
  /** For tests. */
  readonly tickMs?: number;
}

const comparisonsTold = 500;

/** What others have stored is shown a little late rather than not at all. */
const refreshLimitMs = 1_000;

/** How long a retirement waits for what is on its way. */
const lastChangesMs = 30_000;

export class Lifecycle {
  private readonly levels: LevelKeeper;
  private readonly stopper = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  /** Whoever reads is told at once, also where it cannot be stored yet. */
  private only: Side | null = null;
  private comparedEveryMs: number | null | undefined = undefined;

  constructor(private readonly parts: LifecycleParts) {
    this.levels = new LevelKeeper({
      ...parts,
      // Where others tell users too, one that is cut off must not tell another thing than they do.
      cut: () => {
        this.only = this.parts.config.lifecycle && !this.parts.shared ? this.lastSide : null;
      },
      singleSource: (reason) => this.cutTo(reason),
      changed: () => void this.tell(),
    });
  }

  start(): void {
    this.setComparisons();
    if (!this.parts.shared) this.levels.begin();
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
  }

  /** This process finds the rollback level and does what it asks, until `rest`. */
  look(): void {
    this.levels.begin();
  }

  rest(): void {
    this.levels.rest();
  }

  get phase(): Phase {
    return this.stage.phase;
  }

  get rollbackLevel(): number {
    return this.levels.level;
  }

  async routing(): Promise<Routing> {
    await this.refresh();
    return routingOf(this.stage);
  }

  async show(): Promise<ShownPhase> {
    await this.refresh();
    const { config, migration, passive } = this.parts;
    const { stage } = this;
    const next = config.lifecycle ? nextStage(stage) : null;
    const state = migration.state;
    return shownPhase({
      lifecycle: config.lifecycle,
      stage,
      state,
      direction: config.lifecycle ? meanings[stage.phase].direction : config.direction,
      compareEveryMs: this.everyMs,
      next: next && { ...next, checks: evidenceFor(next, await this.facts(), this.limits) },
      back: config.lifecycle ? transitions[stage.phase].rollback : [],
      rollback: { ...this.levels.state, level: this.levels.level, needsApproval: this.levels.needsApproval },
      passiveWrites: passive.counts(state.passive.counts),
    });
  }

  async report(): Promise<Report> {
    const { clock, comparisons, config, migration } = this.parts;
    return makeReport({
      ...this.parts.story(),
      name: config.name,
      now: clock.now(),
      comparisons: await comparisons.list(comparisonsTold),
      phase: await this.show(),
      levels: migration.state.levels,
      deadLetters: await this.parts.deadLetters(),
    });
  }

  /** Throws `phase_refused` with what is missing. */
  async order(request: PhaseRequest): Promise<ShownPhase> {
    const by = request.by ?? 'api';
    await this.parts.migration.refresh();
    if (request.action === 'approve') {
      this.levels.approve(by);
      // Whoever asked sees what came of it; what a server keeps from being done follows on a tick.
      await this.levels.tick().catch(() => undefined);
      return this.show();
    }
    if (!this.parts.config.lifecycle)
      throw new IsthmusError('phase_refused', {
        message: 'No phase decides the direction: `lifecycle` is false in the configuration.',
        remedy: 'Set `lifecycle: true` and start again.',
      });
    const facts = await this.facts();
    const step = stepFrom(this.stage, orderOf(request), (next) => evidenceFor(next, facts, this.limits));
    if (!step.ok) throw new IsthmusError('phase_refused', { message: step.why });
    if (step.stage.phase === 'retired') await this.parts.engine.settled(lastChangesMs);
    await this.enter(step.stage, {
      by,
      why: request.why ?? null,
      forced: step.forced,
      kind: request.action,
    });
    return this.show();
  }

  private get stage(): Stage {
    const { config, migration } = this.parts;
    const { stage } = migration.state;
    return this.only === null || !config.lifecycle ? stage : stageOf(transitions[stage.phase].source[this.only]);
  }

  private async refresh(): Promise<void> {
    const { clock, log, migration, shared } = this.parts;
    if (!shared) return;
    const limit = new AbortController();
    const fresh = migration
      .refresh()
      .catch((error: unknown) => log.debug({ error: String(error) }, 'an older phase is shown'));
    await Promise.race([fresh, clock.sleep(refreshLimitMs, limit.signal)]);
    limit.abort();
  }

  private async enter(stage: Stage, how: Pick<HistoryEntry, 'by' | 'why' | 'forced' | 'kind'>): Promise<void> {
    const { clock, engine, log, migration } = this.parts;
    const from = migration.state.stage.phase;
    const at = clock.now();
    await migration.turn(engine, meanings[stage.phase].direction, (state) => ({
      ...state,
      stage,
      since: at,
      history: [...state.history, { from: state.stage.phase, to: stage.phase, share: stage.share, at, ...how }].slice(
        -entriesKept,
      ),
    }));
    log.info({ from, to: stage.phase, share: stage.share, kind: how.kind }, `The migration is in ${stage.phase} now.`);
    this.setComparisons();
    await this.tell();
  }

  /** Level 4: reads and writes go to one side at once; the links follow as soon as it can be stored. */
  private async cutTo(reason: string): Promise<void> {
    const { config, log, migration } = this.parts;
    if (!config.lifecycle) {
      log.error({}, 'With `lifecycle: false` the direction stays as it is: one side alone is for a person to choose.');
      return;
    }
    const { phase } = migration.state.stage;
    const target = transitions[phase].source[this.only ?? this.lastSide];
    if (phase !== target)
      await this.enter(stageOf(target), { by: 'rollback_level', why: reason, forced: false, kind: 'level' });
    this.only = null;
  }

  /** The side that remains where a link stays broken. */
  private get lastSide(): Side {
    const { config, migration } = this.parts;
    const { writes } = meanings[migration.state.stage.phase];
    return config.levels.source ?? (writes.sql ? 'sql' : 'mongodb');
  }

  private facts(): Promise<Facts> {
    const { levels } = this;
    return gatherFacts(this.parts, { rollbackLevel: levels.level, needsApproval: levels.needsApproval });
  }

  private get limits(): Limits {
    const { phases } = this.parts.config;
    return {
      ...phases,
      comparisonAgeMs: durationMs(phases.comparisonAge) ?? 0,
      minimumMs: phases.minimum === null ? 0 : (durationMs(phases.minimum) ?? 0),
    };
  }

  /** Null: never. */
  private get everyMs(): number | null {
    const { compare, lifecycle, phases } = this.parts.config;
    const usual = lifecycle ? phaseInterval(phases.compare, this.stage.phase) : compare.every;
    const ms = usual === null ? null : durationMs(usual);
    return ms === null ? null : ms / this.levels.factor;
  }

  private setComparisons(): void {
    const { everyMs } = this;
    if (everyMs === this.comparedEveryMs) return;
    this.comparedEveryMs = everyMs;
    this.parts.comparisons.every(everyMs);
  }

  private async tell(): Promise<void> {
    // What is shown may need a server that is away.
    await this.show().then(this.parts.onChange, () => undefined);
  }

  private async run(): Promise<void> {
    const { clock, engine, log, migration, passive, config, tickMs = 1000 } = this.parts;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(tickMs, signal);
      if (signal.aborted) return;
      const told = passive.any;
      const work = async (): Promise<void> => {
        await migration.refresh();
        await this.levels.tick();
        await passive.save(migration);
        if (config.phases.passiveWrites === 'revert') await passive.revert(engine);
      };
      // What could not be done now is tried again; a server that is away is the engine's to tell.
      await work().catch((error: unknown) =>
        log.debug({ error: String(error) }, 'the phase could not be looked after'),
      );
      this.setComparisons();
      if (told) await this.tell();
    }
  }
}

function phaseInterval(compare: Config['phases']['compare'], phase: Phase): string | null {
  return meanings[phase].compareEveryHours === null ? null : compare[phase as keyof typeof compare];
}

/** The phase of a sync that is started for the first time. */
export function firstPhase({ lifecycle, direction }: Config): Phase {
  return lifecycle ? 'prepare' : phaseOfDirection[direction];
}
