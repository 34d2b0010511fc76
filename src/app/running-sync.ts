/** A sync that runs: the engine with what watches it, under one handle. Must not know how its parts were made. */

import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { sqlServer } from '../config/connection.js';
import type { Config } from '../config/schema.js';
import type { RunCustom } from '../conflict/custom.js';
import type { Policy } from '../conflict/policy.js';
import type { Resolve } from '../conflict/resolve.js';
import type { Entity } from '../model/entity.js';
import { type RecordId, recordId } from '../model/record.js';
import type { LinkName, Side } from '../model/side.js';
import type { Alerts } from '../observe/alerts/alert-board.js';
import type { ClockSkew } from '../observe/clock-skew.js';
import type { Collector, Counts } from '../observe/collector.js';
import { ConflictNumbers } from '../observe/conflict-numbers.js';
import type { Course } from '../observe/history.js';
import type { Prometheus } from '../observe/prometheus.js';
import type { ConflictFilter, ConflictPage, ConflictStore } from '../ports/conflict-store.js';
import type { ComparedReads } from '../ports/share-board.js';
import type { SideStore } from '../ports/side-store.js';
import { type Comparison, compareSides } from '../reconcile/compare.js';
import type { SyncEngine } from '../sync/engine.js';
import type { Comparisons } from './compare/comparisons.js';
import { CustomRunner } from './custom/custom-runner.js';
import { entityNamed } from './entity-named.js';
import type { EventFeed } from './events/event-feed.js';
import { LiveEvents } from './events/live-events.js';
import { unheardComparisons } from './lifecycle/comparisons.js';
import type { Lifecycle } from './lifecycle/lifecycle.js';
import type { LifecycleLinks } from './lifecycle/open-lifecycle.js';
import { storyOf } from './lifecycle/story.js';
import { LiveReads } from './reads/live-reads.js';
import { decideAll, decideConflict } from './record/decide-conflict.js';
import type { Explanation } from './record/explain.js';
import { explainRecord } from './record/explain-record.js';
import { Letters } from './record/letters.js';
import { type ReplayReport, type ReplayRequest, replayConflicts } from './record/replay.js';
import { replayPolicies } from './record/replay-policies.js';
import type { Retention } from './record/retention.js';
import { showConflict } from './record/show-conflict.js';
import type { Coordinator, Duty } from './scale/coordinator.js';
import type {
  ConflictDecision,
  DecisionCounts,
  DecisionForAll,
  LinkStatus,
  ShownDeadLetter,
  Sync,
  SyncEvents,
  SyncNumbers,
  SyncStatus,
  TransportStatus,
} from './sync.js';
import { entityStatus, linkStatus, shownForecast, syncNumbers } from './sync-numbers.js';
import type { Watch, WatchOf } from './watch/watch.js';

export interface RunningParts {
  readonly config: Config;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly stores: Readonly<Record<Side, SideStore>>;
  readonly conflicts: ConflictStore;
  readonly engine: SyncEngine;
  readonly comparisons: Comparisons;
  /** Says when this process does what one of all does; null: always, since there is no other. */
  readonly coordinator: ((duty: Duty) => Coordinator) | null;
  readonly transport: () => TransportStatus | null;
  /** Of compared reads, those of all processes. */
  readonly allReads: (own: () => ComparedReads) => () => ComparedReads;
  /** Whether what comparisons find raises rollback levels. */
  readonly levels: boolean;
  readonly collector: Collector;
  readonly prometheus: Prometheus;
  readonly skew: ClockSkew;
  readonly retention: Retention;
  readonly watch: (of: WatchOf) => Watch;
  readonly lifecycle: (links: LifecycleLinks) => Lifecycle;
  readonly feed: EventFeed;
  readonly log: Logger;
  /** A resolver by other policies than the ones that are in use. */
  readonly resolverWith: (policies: ReadonlyMap<string, Policy>, custom: RunCustom) => Resolve;
  readonly clock: Clock;
  /** Conflicts that were there before this process. */
  readonly conflictsBefore: number;
  /** How long a stop waits for what is under way. Default: 30 s. */
  readonly stopLimitMs?: number;
  /** Lets go of both servers. */
  readonly close: () => Promise<void>;
}

export class RunningSync implements Sync {
  private readonly listeners: { readonly [E in keyof SyncEvents]: ((...values: SyncEvents[E]) => void)[] } = {
    failed: [],
    state: [],
  };
  private stopped: Promise<void> | null = null;
  private readonly conflictNumbers: ConflictNumbers;
  private readonly watch: Watch;
  private readonly coordinator: Coordinator | null;
  readonly alerts: Alerts;
  readonly lifecycle: Lifecycle;
  readonly letters: Letters;
  readonly reads: LiveReads;
  readonly comparisons: Comparisons;
  readonly events: LiveEvents;

  constructor(private readonly parts: RunningParts) {
    this.letters = new Letters(parts);
    this.reads = new LiveReads({ ...parts, onResult: (...told) => parts.prometheus.dualRead(...told) });
    this.conflictNumbers = new ConflictNumbers({ ...parts, tables: [...parts.entities.keys()] });
    this.events = new LiveEvents({ ...parts, status: () => this.status(), numbers: () => this.numbers() });
    this.events.start();
    this.watch = parts.watch({ status: () => this.status(), oldestPending: () => parts.engine.status().pendingSince });
    this.alerts = this.watch.alerts;
    this.alerts.on('change', (alert) => parts.feed.publish('alert', alert));
    this.lifecycle = parts.lifecycle({
      engine: parts.engine,
      tables: [...parts.entities.keys()],
      comparisons: parts.levels ? parts.comparisons : unheardComparisons,
      reads: parts.allReads(() => this.reads.total()),
      story: () => storyOf(parts.conflicts, this.status(), this.history(dayMinutes)),
      deadLetters: () => this.deadLetters(),
      onChange: (shown) => parts.feed.publish('phase', shown),
    });
    this.lifecycle.start();
    this.watch.start();
    this.comparisons = parts.comparisons;
    this.comparisons.on('progress', (one) => parts.feed.publish('comparison', one));
    this.comparisons.on('finished', (one) => {
      parts.feed.publish('comparison', one);
      if (one.state === 'done') this.watch.compared(one.tables, one.id);
    });
    const { lifecycle } = this;
    this.coordinator = parts.coordinator?.({ begin: () => lifecycle.look(), end: () => lifecycle.rest() }) ?? null;
    if (this.coordinator === null) this.comparisons.begin();
    else this.coordinator.start();
    void parts.engine.failure.then((error) => {
      // A successor may keep the record by other rules.
      void parts.retention.stop();
      this.watch.look();
      for (const listener of this.listeners.failed) listener(error);
    });
  }

  status(): SyncStatus {
    const { config, engine, entities, collector, conflictsBefore, skew } = this.parts;
    const now = engine.status();
    const counts = collector.counts();
    const conflicts = Object.values(counts.conflicts).reduce((sum, count) => sum + count, conflictsBefore);
    const link = (source: Side, name: LinkName): LinkStatus =>
      linkStatus(now.links[source], counts.links[name], now.lastError);
    return {
      name: config.name,
      sqlServer: sqlServer(config.sql),
      phase: this.lifecycle.phase,
      state: this.stopped !== null && now.state !== 'failed' ? 'stopped' : now.state,
      rollbackLevel: this.lifecycle.rollbackLevel,
      links: { sql_to_mongodb: link('sql', 'sql_to_mongodb'), mongodb_to_sql: link('mongodb', 'mongodb_to_sql') },
      entities: [...entities.values()].map((entity) => entityStatus(entity, now)),
      conflicts: { pending: now.conflictsPending, total: conflicts },
      deadLetters: now.deadLetters,
      clockSkewMs: skew.skewMs(),
      forecast: shownForecast(this.watch.forecast()),
      transport: this.parts.transport(),
    };
  }

  counts(): Counts {
    return this.parts.collector.counts();
  }

  async pause(): Promise<void> {
    await this.parts.engine.pause();
    this.tell();
  }

  async resume(): Promise<void> {
    await this.parts.engine.resume();
    this.tell();
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  async load(entity: string, from: Side): Promise<void> {
    await this.parts.engine.load(entity, from);
  }

  settled(limitMs: number): Promise<boolean> {
    return this.parts.engine.settled(limitMs);
  }

  async compare(onProgress?: (compared: number) => void): Promise<Comparison> {
    const { conflicts, entities, stores } = this.parts;
    const { pending, deadLetters } = await conflicts.openWork();
    const except = new Set<RecordId>([...pending, ...deadLetters].map(recordId));
    return compareSides({
      sides: stores,
      entities: entities.keys(),
      except,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  }

  conflicts(filter: ConflictFilter): Promise<ConflictPage> {
    return this.parts.conflicts.list(filter);
  }

  conflict(id: string): Promise<Readonly<Record<string, unknown>> | null> {
    return showConflict(this.parts, id);
  }

  decide(id: string, decision: ConflictDecision): Promise<Readonly<Record<string, unknown>>> {
    return decideConflict(this.parts, id, decision);
  }

  decideAll(choice: DecisionForAll): Promise<DecisionCounts> {
    return decideAll(this.parts, choice);
  }

  deadLetters(): Promise<readonly ShownDeadLetter[]> {
    return this.letters.open();
  }

  async numbers(): Promise<SyncNumbers> {
    const totals = await this.conflictNumbers.read();
    return syncNumbers({ status: this.status(), counts: this.counts(), totals, watch: this.watch });
  }

  async replay(request: ReplayRequest): Promise<ReplayReport> {
    const { clock, config, conflicts, entities, resolverWith } = this.parts;
    if (request.table !== undefined) entityNamed(entities, request.table);
    const { policies, unfit } = replayPolicies(config, entities, request.strategy);
    // Threads of its own: a module that fails here is not given up by the sync, whose questions wait for none of these.
    const custom = new CustomRunner();
    try {
      const resolve = resolverWith(policies, custom.run);
      return await replayConflicts({ conflicts, entities, resolve, unfit, clock }, request);
    } finally {
      await custom.close();
    }
  }

  explain(table: string, key: string): Promise<Explanation> {
    const { conflicts, entities, stores } = this.parts;
    return explainRecord({ conflicts, stores }, entityNamed(entities, table), key);
  }

  metrics(): Promise<{ readonly type: string; readonly body: string }> {
    return this.parts.prometheus.text(this.watch.readings());
  }

  history(minutes: number): Course {
    return this.watch.course(minutes);
  }

  on<E extends keyof SyncEvents>(event: E, listener: (...values: SyncEvents[E]) => void): void {
    this.listeners[event].push(listener);
  }

  /** What is under way is finished; what hangs is let go of, since a server may never answer. */
  private async end(): Promise<void> {
    const { clock, close, stopLimitMs = 30_000 } = this.parts;
    const limit = new AbortController();
    const late = clock.sleep(stopLimitMs, limit.signal).then(() => false);
    const within = (work: Promise<unknown>): Promise<boolean> => Promise.race([work.then(() => true), late]);
    const finished = await within(this.finish());
    const silent = await within(this.stopWatching());
    limit.abort();
    await close();
    this.tell();
    if (!finished || !silent)
      throw new IsthmusError('transient', { message: 'The stop took too long and was cut off; nothing is lost.' });
  }

  private async finish(): Promise<void> {
    await this.reads.stop();
    await this.coordinator?.stop();
    await this.lifecycle.stop();
    await this.parts.engine.stop();
  }

  private async stopWatching(): Promise<void> {
    const { retention, skew } = this.parts;
    const all = [this.events, skew, retention, this.watch, this.comparisons];
    await Promise.all(all.map((one) => one.stop()));
  }

  private tell(): void {
    const { state } = this.status();
    for (const listener of this.listeners.state) listener(state);
  }
}

const dayMinutes = 1440;
