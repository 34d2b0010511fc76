/** The engine's numbers in Prometheus' form. Names are fixed; labels never hold a key or a value of a record. */
import { Counter, Histogram, Registry } from 'prom-client';
import { catalogue } from '../base/catalogue.js';
import { type ConflictRecord, conflictKinds } from '../model/conflict.js';
import type { RecordRef } from '../model/record.js';
import { type LinkName, linkNames } from '../model/side.js';
import type { AppliedBatch, EngineObserver, WriteAttempt } from '../sync/observer.js';
import type { Delivery } from './alerts/webhook.js';
import { crossingTimes } from './crossing-times.js';
import { Gauges, type Readings } from './gauges.js';

export interface PrometheusOptions {
  readonly tables: readonly string[];
  /** Strategy by table, for the label sets that stand at zero from the start. */
  readonly strategies: ReadonlyMap<string, string>;
  readonly skewMs: () => number;
}

/** Of one table in a comparison. */
export interface TableCompared {
  readonly compared: number;
  /** Confirmed differences, missing records too. */
  readonly different: number;
}

const operations = ['insert', 'update', 'delete'] as const;
const resolutions = ['sql_wins', 'mongo_wins', 'merged', 'pending'] as const;
const deliveries: readonly Delivery[] = ['sent', 'given_up', 'dropped'];
const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

export class Prometheus implements EngineObserver {
  readonly registry = new Registry();
  private readonly changes = this.counter('changes_applied_total', 'Records written', ['link', 'table', 'operation']);
  private readonly transactions = this.counter('transactions_applied_total', 'Source transactions written', ['link']);
  private readonly changesRead = this.counter('changes_read_total', 'Changes read that are not our own', ['link']);
  private readonly echoes = this.counter('echoes_total', 'Own writes read back', ['link']);
  private readonly attempts = this.counter('attempts_total', 'Write attempts: transactions sent to the target', [
    'link',
  ]);
  private readonly failures = this.counter('failed_attempts_total', 'Write attempts that left nothing', ['link']);
  private readonly retries = this.counter('retries_total', 'Write attempts that repeat a failed one', ['link']);
  private readonly errors = this.counter('errors_total', 'Errors after which the engine began anew or stopped', [
    'code',
  ]);
  private readonly loadedRows = this.counter('loaded_rows_total', 'Rows read by loads', ['table']);
  private readonly compared = this.counter('compared_records_total', 'Records compared on both sides', ['table']);
  private readonly dualReads = this.counter('dual_reads_total', 'Live reads, by how they compared', [
    'table',
    'result',
  ]);
  private readonly delivered = this.counter('alert_deliveries_total', 'Alerts posted to the webhook', ['result']);
  private readonly conflicts = this.counter('conflicts_total', 'Conflicts', [
    'table',
    'kind',
    'strategy',
    'resolution',
  ]);
  private readonly passives = this.counter('passive_writes_total', 'Users’ changes on a side that does not lead', [
    'table',
  ]);
  private readonly latency = new Histogram({
    name: 'isthmus_sync_latency_seconds',
    help: 'Commit on the source to commit on the target, of transactions and of changes that were held',
    labelNames: ['link'],
    buckets: latencyBuckets,
    registers: [this.registry],
  });
  private readonly gauges: Gauges;

  constructor(private readonly options: PrometheusOptions) {
    this.gauges = new Gauges(this.registry, options);
    for (const link of linkNames) {
      const ofLink = [this.transactions, this.changesRead, this.echoes, this.attempts, this.failures, this.retries];
      for (const counter of ofLink) counter.inc({ link }, 0);
      this.latency.zero({ link });
      for (const table of options.tables)
        for (const operation of operations) this.changes.inc({ link, table, operation }, 0);
    }
    for (const table of options.tables)
      for (const counter of [this.loadedRows, this.compared, this.passives]) counter.inc({ table }, 0);
    for (const result of deliveries) this.delivered.inc({ result }, 0);
    for (const code of Object.keys(catalogue)) this.errors.inc({ code }, 0);
    for (const [table, strategy] of options.strategies) {
      for (const kind of conflictKinds) {
        for (const resolution of resolutions) this.conflicts.inc({ table, kind, strategy, resolution }, 0);
      }
    }
  }

  async text(readings: Readings): Promise<{ readonly type: string; readonly body: string }> {
    this.gauges.set(readings);
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
    for (const ms of crossingTimes(batch, this.options.skewMs())) this.latency.observe({ link }, ms / 1000);
  }

  read(link: LinkName, changes: number, echoes: number): void {
    this.changesRead.inc({ link }, changes);
    this.echoes.inc({ link }, echoes);
  }

  attempt(link: LinkName, { failed, repeated }: WriteAttempt): void {
    this.attempts.inc({ link });
    if (failed) this.failures.inc({ link });
    if (repeated) this.retries.inc({ link });
  }

  /** Each once: one that waited for a person was counted as pending when it was found. */
  conflict({ entity, kind, strategy, resolution, state, resolvedBy }: ConflictRecord): void {
    if (state !== 'pending' && resolvedBy !== 'policy') return;
    this.conflicts.inc({ table: entity, kind, strategy, resolution });
  }

  moved(): void {}

  closed(): void {}

  agreement(): void {}

  deadLetter(): void {}

  passive(_link: LinkName, records: readonly RecordRef[]): void {
    for (const { entity } of records) this.passives.inc({ table: entity });
  }

  loaded(table: string, rows: number): void {
    this.loadedRows.inc({ table }, rows);
  }

  failed(code: string): void {
    this.errors.inc({ code });
  }

  restarted(code: string): void {
    this.errors.inc({ code });
  }

  /** A comparison has come to its end: what it found stands until the next one. */
  dualRead(table: string, result: string, reads: number): void {
    this.dualReads.inc({ table, result }, reads);
  }

  tableCompared(table: string, { compared, different }: TableCompared): void {
    this.compared.inc({ table }, compared);
    this.gauges.divergent(table, different);
  }

  alertDelivered(result: Delivery): void {
    this.delivered.inc({ result });
  }

  private counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: `isthmus_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
