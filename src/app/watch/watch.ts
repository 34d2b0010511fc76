/**
 * Watches a running sync: a course for charts each second, alerts each few seconds, told to the log, the webhook and whoever
 * listens. Never in the sync's way: what fails here is logged.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import { type LinkName, linkNames } from '../../model/side.js';
import { type Alert, AlertBoard, type Alerts } from '../../observe/alerts/alert-board.js';
import type { AlertMeasures } from '../../observe/alerts/alert-measures.js';
import { type AlertRule, runbookOf } from '../../observe/alerts/alert-rules.js';
import type { AlertTimes } from '../../observe/alerts/alert-state.js';
import { Webhook } from '../../observe/alerts/webhook.js';
import type { Collector, HourlyRate } from '../../observe/collector.js';
import type { Readings } from '../../observe/gauges.js';
import type { Course, History } from '../../observe/history.js';
import type { LogRooms } from '../../observe/log-rooms.js';
import type { Prometheus, TableCompared } from '../../observe/prometheus.js';
import type { SyncStatus } from '../sync.js';
import { alertLimits } from './alert-limits.js';

/** For tests: how often is looked, and how long a condition must hold. */
export interface WatchTimes {
  readonly alertsEveryMs?: number;
  readonly alertTimes?: (rule: AlertRule) => AlertTimes;
  readonly roomEveryMs?: number;
  readonly webhookTimeoutMs?: number;
  readonly phasesEveryMs?: number;
}

/** What is watched. */
export interface WatchOf {
  readonly status: () => SyncStatus;
  /** When the oldest conflict that waits for a person was found; null: none waits. */
  readonly oldestPending: () => number | null;
}

export interface WatchParts extends WatchOf {
  readonly config: Pick<Config, 'name' | 'alerts'>;
  readonly collector: Collector;
  readonly prometheus: Prometheus;
  readonly history: History;
  readonly rooms: LogRooms;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: WatchTimes;
}

const tickMs = 1000;
const latencyMinutes = 5;
/** What waits for the webhook when the sync stops is not waited for longer. */
const farewellMs = 3000;

export class Watch {
  private readonly board: AlertBoard;
  private readonly webhook: Webhook | null;
  private readonly stopper = new AbortController();
  private readonly listeners: ((alert: Alert) => void)[] = [];
  private loop: Promise<unknown> = Promise.resolve();
  private divergence: HourlyRate | null = null;
  private lastCompared: string | undefined;
  readonly alerts: Alerts = {
    list: () => this.board.list(),
    on: (_event, listener) => void this.listeners.push(listener),
  };

  constructor(private readonly parts: WatchParts) {
    const { config, clock, log, prometheus, times } = parts;
    const { alertTimes, webhookTimeoutMs: timeoutMs } = times;
    this.board = new AlertBoard({
      limits: alertLimits(config.alerts),
      startedAt: clock.now(),
      ...(alertTimes === undefined ? {} : { times: alertTimes }),
    });
    const url = config.alerts.webhook;
    const counted = prometheus.alertDelivered.bind(prometheus);
    this.webhook =
      url === null
        ? null
        : new Webhook({ url, clock, log, counted, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }

  start(): void {
    this.parts.rooms.start();
    this.loop = Promise.all([
      this.every(tickMs, () => this.tick()),
      this.every(this.parts.times.alertsEveryMs ?? 5000, () => this.look()),
    ]);
  }

  /** Looks a last time, so that a failure is told before the process ends. */
  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
    this.look();
    await Promise.all([this.parts.rooms.stop(), this.webhook?.stop(farewellMs)]);
  }

  course(minutes: number): Course {
    return this.parts.history.course(minutes);
  }

  /** A comparison has come to its end. One whose `id` was told before has only been repaired since: nothing was compared anew. */
  compared(tables: Readonly<Record<string, TableCompared>>, id?: string): void {
    if (id !== undefined && id === this.lastCompared) return;
    this.lastCompared = id;
    let [compared, different] = [0, 0];
    for (const [table, result] of Object.entries(tables)) {
      this.parts.prometheus.tableCompared(table, result);
      compared += result.compared;
      different += result.different;
    }
    this.divergence = { value: compared === 0 ? 0 : different / compared, events: compared };
  }

  /** Confirmed differences / records compared, last comparison; null: none yet. */
  get divergenceRate(): number | null {
    return this.divergence?.value ?? null;
  }

  forecast(): ReturnType<LogRooms['forecast']> {
    return this.parts.rooms.forecast();
  }

  readings(): Readings {
    const { status, rooms } = this.parts;
    const now = status();
    return {
      ...now,
      conflictsPending: now.conflicts.pending,
      oldestManualMs: this.oldestManualMs(),
      stoppedTables: stoppedTables(now),
      divergenceRate: this.divergenceRate,
      forecast: rooms.forecast(),
      firing: this.board.list().flatMap(({ name, state }) => (state === 'firing' ? [name] : [])),
    };
  }

  /** Looks at once. Never throws: who watches must not disturb. */
  look(): void {
    this.safely(() => {
      for (const alert of this.board.look(this.measures(), this.parts.clock.now())) this.tell(alert);
    });
  }

  private tick(): void {
    const { links } = this.parts.status();
    this.parts.history.tick(byLink((link) => links[link].lagMs));
  }

  private measures(): AlertMeasures {
    const { collector, rooms, status } = this.parts;
    const now = status();
    const counts = collector.counts();
    const { sql, mongodb } = rooms.forecast();
    return {
      ...counts,
      ...now,
      divergenceRate: this.divergence,
      links: byLink((link) => ({
        latency: collector.latencyOver(link, latencyMinutes),
        lagMs: now.links[link].lagMs,
      })),
      oldestManualMs: this.oldestManualMs(),
      hoursLeft: { sql: sql.hoursLeft, mongodb: mongodb.hoursLeft },
      running: now.state !== 'starting' && now.state !== 'failed',
      failed: now.state === 'failed',
      stoppedTables: stoppedTables(now),
    };
  }

  private oldestManualMs(): number {
    const since = this.parts.oldestPending();
    return since === null ? 0 : Math.max(0, this.parts.clock.now() - since);
  }

  private tell(alert: Alert): void {
    const { config, log } = this.parts;
    const { name, ...rest } = alert;
    const { text, ...fields } = { alert: name, ...rest };
    if (alert.state === 'ok') log.info(fields, text);
    else if (alert.severity === 'critical') log.error(fields, text);
    else log.warn(fields, text);
    this.webhook?.post(name, { sync: config.name, alert: name, ...rest, runbook: runbookOf(name) });
    for (const listener of this.listeners) listener(alert);
  }

  private async every(ms: number, work: () => void): Promise<void> {
    while (!this.stopper.signal.aborted) {
      this.safely(work);
      await this.parts.clock.sleep(ms, this.stopper.signal);
    }
  }

  private safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.parts.log.error({ cause: String((error as Error).stack) }, 'the watch failed and goes on');
    }
  }
}

function stoppedTables({ entities }: SyncStatus): Record<string, boolean> {
  return Object.fromEntries(entities.map(({ table, stopped }) => [table, stopped !== null]));
}

function byLink<T>(read: (link: LinkName) => T): Record<LinkName, T> {
  return Object.fromEntries(linkNames.map((link) => [link, read(link)])) as Record<LinkName, T>;
}
