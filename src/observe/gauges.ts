/** What is read off at the moment of a scrape. What cannot be read then is absent, never zero. */
import { Gauge, type Registry } from 'prom-client';
import { phases } from '../lifecycle/phases.js';
import { type LinkName, linkNames, type Side, sides } from '../model/side.js';
import { alertRules } from './alerts/alert-rules.js';
import type { Forecast } from './log-rooms.js';
import { TransportGauges, type TransportReadings } from './transport-gauges.js';

export interface Readings {
  readonly links: Readonly<Record<LinkName, { readonly lagMs: number; readonly held: number }>>;
  readonly state: string;
  readonly phase: string;
  readonly rollbackLevel: number;
  readonly conflictsPending: number;
  readonly oldestManualMs: number;
  readonly deadLetters: number;
  readonly stoppedTables: Readonly<Record<string, boolean>>;
  /** Null: nothing was compared yet. */
  readonly divergenceRate: number | null;
  readonly forecast: Readonly<Record<Side, Forecast>>;
  /** Names of the alerts that fire, each as often as it does. */
  readonly firing: readonly string[];
  readonly transport: TransportReadings | null;
}

const states = ['starting', 'loading', 'running', 'paused', 'idle', 'failed', 'stopped'] as const;

function makeGauges(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name: `isthmus_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  return {
    divergent: gauge('divergent_records', 'Confirmed differences, in the last comparison', ['table']),
    divergence: gauge('divergence_rate', 'Confirmed differences / records, last comparison', []),
    lag: gauge('lag_seconds', 'Age of the oldest change that has not crossed', ['link']),
    held: gauge('held_records', 'Records that wait for the other side’s news', ['link']),
    pending: gauge('conflicts_pending', 'Conflicts that wait for a person', []),
    oldest: gauge('oldest_pending_conflict_seconds', 'Age of the oldest conflict that waits; 0: none', []),
    deadLetters: gauge('dead_letters', 'Changes that their target refuses', []),
    skew: gauge('clock_skew_seconds', 'How far SQL’s clock is ahead of MongoDB’s', []),
    wal: gauge('retained_wal_bytes', 'WAL that PostgreSQL keeps for our slot', []),
    oplog: gauge('oplog_window_seconds', 'From the oplog’s oldest entry to our place in it', []),
    hours: gauge('log_hours_left', 'Until a log forgets our place, at this pace; absent: never', ['side']),
    phase: gauge('phase', `The migration’s phase, from 1: ${phases.join(', ')}`, []),
    level: gauge('rollback_level', '0: none, to 4', []),
    state: gauge('state', '1 for the state that the sync is in', ['state']),
    stopped: gauge('table_stopped', '1: the table is no longer followed', ['table']),
    firing: gauge('alerts_firing', 'How many alerts of a name fire', ['alert']),
  };
}

export class Gauges {
  private readonly all: ReturnType<typeof makeGauges>;
  private transport: TransportGauges | null = null;

  constructor(
    private readonly registry: Registry,
    private readonly options: { readonly tables: readonly string[]; readonly skewMs: () => number },
  ) {
    this.all = makeGauges(registry);
    for (const table of options.tables) this.divergent(table, 0);
  }

  divergent(table: string, records: number): void {
    this.all.divergent.set({ table }, records);
  }

  set(readings: Readings): void {
    for (const link of linkNames) {
      this.all.lag.set({ link }, readings.links[link].lagMs / 1000);
      this.all.held.set({ link }, readings.links[link].held);
    }
    this.all.pending.set(readings.conflictsPending);
    this.all.oldest.set(readings.oldestManualMs / 1000);
    this.all.deadLetters.set(readings.deadLetters);
    this.all.skew.set(this.options.skewMs() / 1000);
    this.all.level.set(readings.rollbackLevel);
    setOrRemove(this.all.divergence, readings.divergenceRate);
    setOrRemove(this.all.phase, phaseNumber(readings.phase));
    for (const state of states) this.all.state.set({ state }, state === readings.state ? 1 : 0);
    for (const [table, stopped] of Object.entries(readings.stoppedTables))
      this.all.stopped.set({ table }, stopped ? 1 : 0);
    for (const { name } of alertRules)
      this.all.firing.set({ alert: name }, readings.firing.filter((one) => one === name).length);
    this.setForecast(readings.forecast);
    if (readings.transport === null) return;
    this.transport ??= new TransportGauges(this.registry);
    this.transport.set(readings.transport);
  }

  private setForecast(forecast: Readings['forecast']): void {
    setOrRemove(this.all.wal, forecast.sql.room?.kept ?? null);
    setOrRemove(this.all.oplog, forecast.mongodb.room?.left ?? null);
    for (const side of sides) {
      const { hoursLeft } = forecast[side];
      if (hoursLeft !== null && Number.isFinite(hoursLeft)) this.all.hours.set({ side }, hoursLeft);
      else this.all.hours.remove({ side });
    }
  }
}

function phaseNumber(phase: string): number | null {
  const at = (phases as readonly string[]).indexOf(phase);
  return at < 0 ? null : at + 1;
}

function setOrRemove(gauge: Gauge<never>, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}
