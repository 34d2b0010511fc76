/** The engine's numbers in Prometheus' form. Names are fixed; labels never hold a key or a value of a record. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { catalogue } from '../base/catalogue.js';
import { type ConflictRecord, conflictKinds } from '../model/conflict.js';
import type { RecordRef } from '../model/record.js';
import type { LinkName } from '../model/side.js';
import type { AppliedBatch, EngineObserver } from '../sync/observer.js';
import { latencyMs } from './collector.js';

/** What is read off at the moment of a scrape. */
export interface Readings {
  readonly links: Readonly<Record<LinkName, { readonly lagMs: number; readonly held: number }>>;
  readonly conflictsPending: number;
  readonly deadLetters: number;
}

export interface PrometheusOptions {
  readonly tables: readonly string[];
  /** Strategy by table, for the label sets that stand at zero from the start. */
  readonly strategies: ReadonlyMap<string, string>;
  readonly skewMs: () => number;
}

const linkNames: readonly LinkName[] = ['sql_to_mongodb', 'mongodb_to_sql'];
const operations = ['insert', 'update', 'delete'] as const;
const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

export class Prometheus implements EngineObserver {
  private readonly registry = new Registry();
  private readonly changes = this.counter('changes_applied_total', 'Records written', ['link', 'table', 'operation']);
  private readonly transactions = this.counter('transactions_applied_total', 'Source transactions written', ['link']);
  private readonly echoes = this.counter('echoes_total', 'Own writes read back', ['link']);
  private readonly retries = this.counter('retries_total', 'Write attempts that failed and are repeated', ['link']);
  private readonly errors = this.counter('errors_total', 'Errors by code', ['code']);
  private readonly conflicts = this.counter('conflicts_total', 'Conflicts', [
    'table',
    'kind',
    'strategy',
    'resolution',
  ]);
  private readonly passives = this.counter('passive_writes_total', 'Users’ changes on a side that does not lead', [
    'table',
  ]);
  private readonly lag = this.gauge('lag_seconds', 'Age of the oldest change that has not crossed', ['link']);
  private readonly held = this.gauge('held_records', 'Records that wait for the other side’s news', ['link']);
  private readonly pending = this.gauge('conflicts_pending', 'Conflicts that wait for a person', []);
  private readonly deadLetters = this.gauge('dead_letters', 'Changes that their target refuses', []);
  private readonly skew = this.gauge('clock_skew_seconds', 'How far SQL’s clock is ahead of MongoDB’s', []);
  private readonly latency = new Histogram({
    name: 'isthmus_sync_latency_seconds',
    help: 'Commit on the source to commit on the target',
    labelNames: ['link'],
    buckets: latencyBuckets,
    registers: [this.registry],
  });

  constructor(private readonly options: PrometheusOptions) {
    for (const link of linkNames) {
      for (const counter of [this.transactions, this.echoes, this.retries]) counter.inc({ link }, 0);
      this.latency.zero({ link });
      for (const table of options.tables)
        for (const operation of operations) this.changes.inc({ link, table, operation }, 0);
    }
    for (const table of options.tables) this.passives.inc({ table }, 0);
    for (const code of Object.keys(catalogue)) this.errors.inc({ code }, 0);
    for (const [table, strategy] of options.strategies) {
      for (const kind of conflictKinds) {
        for (const resolution of ['sql_wins', 'mongo_wins', 'pending'])
          this.conflicts.inc({ table, kind, strategy, resolution }, 0);
      }
    }
  }

  async text(readings: Readings): Promise<{ readonly type: string; readonly body: string }> {
    for (const link of linkNames) {
      this.lag.set({ link }, readings.links[link].lagMs / 1000);
      this.held.set({ link }, readings.links[link].held);
    }
    this.pending.set(readings.conflictsPending);
    this.deadLetters.set(readings.deadLetters);
    this.skew.set(this.options.skewMs() / 1000);
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }

  applied(batch: AppliedBatch): void {
    const { link } = batch;
    const totals = new Map<string, number>();
    for (const { entity, before, after } of batch.writes) {
      const id = `${before === null ? 'insert' : after === null ? 'delete' : 'update'} ${entity}`;
      totals.set(id, (totals.get(id) ?? 0) + 1);
    }
    for (const [id, count] of totals) {
      const space = id.indexOf(' ');
      this.changes.inc({ link, operation: id.slice(0, space), table: id.slice(space + 1) }, count);
    }
    this.transactions.inc({ link }, batch.commits.length);
    for (const commit of batch.commits)
      this.latency.observe({ link }, latencyMs(batch, commit, this.options.skewMs()) / 1000);
  }

  read(link: LinkName, _changes: number, echoes: number): void {
    this.echoes.inc({ link }, echoes);
  }

  attempt(link: LinkName, failed: boolean): void {
    if (failed) this.retries.inc({ link });
  }

  /** Each once: one that waited for a person was counted as pending when it was found. */
  conflict({ entity, kind, strategy, resolution, state, resolvedBy }: ConflictRecord): void {
    if (state !== 'pending' && resolvedBy !== 'policy') return;
    this.conflicts.inc({ table: entity, kind, strategy, resolution });
  }

  agreement(): void {}

  deadLetter(): void {}

  passive(_link: LinkName, records: readonly RecordRef[]): void {
    for (const { entity } of records) this.passives.inc({ table: entity });
  }

  loaded(): void {}

  failed(code: string): void {
    this.errors.inc({ code });
  }

  restarted(): void {}

  private counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: `isthmus_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  private gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name: `isthmus_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
