/**
 * Every alert as data: what it looks at, its limit, how long it must hold, its words, and the same condition for Prometheus.
 * `deploy/prometheus-rules.yaml` and the table in docs/operate.md are written from here.
 */
import { type LinkName, linkNames, type Side, sides } from '../../model/side.js';
import type { HourlyRate } from '../collector.js';
import type { AlertMeasures } from './alert-measures.js';
import type { AlertTimes } from './alert-state.js';

/** As the configuration sets them. */
export interface AlertLimits {
  readonly conflictRate: number;
  readonly divergenceRate: number;
  readonly syncLatencyMs: number;
  readonly cdcLagMs: number;
  readonly errorRate: number;
  readonly manualAgeMs: number;
  readonly hoursLeft: number;
}

/** What of several an alert is about. */
export interface AlertSubject {
  readonly link?: LinkName;
  readonly side?: Side;
  readonly table?: string;
}

export interface Reading {
  readonly subject: AlertSubject;
  /** In the rule's unit; null: cannot be read now. */
  readonly value: number | null;
  /** Good whatever the value is, as of too few events to speak of a rate. */
  readonly tooFew?: boolean;
}

export type AlertUnit = 'share' | 'ms' | 'hours' | 'count' | 'level' | 'yes';

export interface AlertRule extends AlertTimes {
  readonly name: string;
  readonly severity: 'warning' | 'critical';
  /** What holds when it fires, for a table of alerts. */
  readonly meaning: string;
  readonly unit: AlertUnit;
  /** The limit counts as good. `reaches`: it counts as bad. */
  readonly when: 'above' | 'below' | 'reaches';
  readonly limit: (limits: AlertLimits) => number;
  /** The configuration's key of the limit; null: it is fixed. */
  readonly key: string | null;
  readonly read: (measures: AlertMeasures) => readonly Reading[];
  /** The condition over a process' metrics; `limit` is in the unit of the metric. */
  readonly promql: (limit: number) => string;
}

const second = 1000;
const minute = 60 * second;
const hourMs = 60 * minute;

/** Fewer say nothing of a rate. */
const leastChanges = 100;
const leastAttempts = 20;
const leastTransactions = 20;

const at = { forMs: 0, clearMs: 10 * second };
const slowly = { forMs: minute, clearMs: 5 * minute };
const of = 'by (job, instance)';
const ofLink = 'by (job, instance, link)';

const plain = (value: number | null): readonly Reading[] => [{ subject: {}, value }];
const flag = (on: boolean): number => (on ? 1 : 0);
const rate = ({ value, events }: HourlyRate, least: number): readonly Reading[] => [
  { subject: {}, value, tooFew: events < least },
];
const byLink = (
  { links }: AlertMeasures,
  read: (link: AlertMeasures['links'][LinkName]) => Omit<Reading, 'subject'>,
): readonly Reading[] => linkNames.map((link) => ({ subject: { link }, ...read(links[link]) }));

export const alertRules: readonly AlertRule[] = [
  {
    name: 'conflict_rate',
    severity: 'warning',
    meaning: 'Conflicts per change read, over an hour',
    unit: 'share',
    when: 'above',
    limit: ({ conflictRate }) => conflictRate,
    key: 'alerts.conflictRate',
    ...slowly,
    read: ({ conflictRate }) => rate(conflictRate, leastChanges),
    promql: (limit) =>
      `sum ${of} (increase(isthmus_conflicts_total[1h])) / sum ${of} (increase(isthmus_changes_read_total[1h])) > ${limit} and sum ${of} (increase(isthmus_changes_read_total[1h])) >= ${leastChanges}`,
  },
  {
    name: 'divergence_rate',
    severity: 'warning',
    meaning: 'Confirmed differences per record compared, in the last comparison',
    unit: 'share',
    when: 'above',
    limit: ({ divergenceRate }) => divergenceRate,
    key: 'alerts.divergenceRate',
    ...at,
    // A confirmed difference is no chance event: one is enough, however few records were compared.
    read: ({ divergenceRate }) => (divergenceRate === null ? plain(null) : rate(divergenceRate, 1)),
    promql: (limit) => `isthmus_divergence_rate > ${limit}`,
  },
  {
    name: 'sync_latency',
    severity: 'warning',
    meaning: 'Commit to commit: 95 % of the last five minutes’ transactions took no longer',
    unit: 'ms',
    when: 'above',
    limit: ({ syncLatencyMs }) => syncLatencyMs,
    key: 'alerts.syncLatencyMs',
    forMs: minute,
    clearMs: 2 * minute,
    read: (measures) =>
      byLink(measures, ({ latency }) => ({ value: latency.p95Ms, tooFew: latency.count < leastTransactions })),
    promql: (limit) =>
      `histogram_quantile(0.95, sum by (job, instance, link, le) (rate(isthmus_sync_latency_seconds_bucket[5m]))) > ${limit / 1000} and sum ${ofLink} (increase(isthmus_sync_latency_seconds_count[5m])) >= ${leastTransactions}`,
  },
  {
    name: 'cdc_lag',
    severity: 'warning',
    meaning: 'Age of the oldest change that has not crossed, or time since the log was last read to its end',
    unit: 'ms',
    when: 'above',
    limit: ({ cdcLagMs }) => cdcLagMs,
    key: 'alerts.cdcLagMs',
    // An age says by itself how long something has lasted.
    forMs: 10 * second,
    clearMs: 30 * second,
    read: (measures) => byLink(measures, ({ lagMs }) => ({ value: lagMs })),
    promql: (limit) => `isthmus_lag_seconds > ${limit / 1000}`,
  },
  {
    name: 'error_rate',
    severity: 'warning',
    meaning: 'Failed write attempts per attempt, over an hour',
    unit: 'share',
    when: 'above',
    limit: ({ errorRate }) => errorRate,
    key: 'alerts.errorRate',
    ...slowly,
    read: ({ errorRate }) => rate(errorRate, leastAttempts),
    promql: (limit) =>
      `sum ${of} (increase(isthmus_failed_attempts_total[1h])) / sum ${of} (increase(isthmus_attempts_total[1h])) > ${limit} and sum ${of} (increase(isthmus_attempts_total[1h])) >= ${leastAttempts}`,
  },
  {
    name: 'manual_age',
    severity: 'warning',
    meaning: 'Age of the oldest conflict that waits for a person',
    unit: 'hours',
    when: 'above',
    limit: ({ manualAgeMs }) => manualAgeMs / hourMs,
    key: 'alerts.manualAge',
    ...at,
    read: ({ oldestManualMs }) => plain(oldestManualMs / hourMs),
    promql: (limit) => `isthmus_oldest_pending_conflict_seconds > ${limit * 3600}`,
  },
  {
    name: 'dead_letters',
    severity: 'warning',
    meaning: 'Changes that their target refuses',
    unit: 'count',
    when: 'above',
    limit: () => 0,
    key: null,
    ...at,
    read: ({ deadLetters }) => plain(deadLetters),
    promql: (limit) => `isthmus_dead_letters > ${limit}`,
  },
  {
    name: 'log_room',
    severity: 'critical',
    meaning: 'Hours until a side’s log forgets our place in it, at the present rate',
    unit: 'hours',
    when: 'below',
    limit: ({ hoursLeft }) => hoursLeft,
    key: 'alerts.hoursLeft',
    forMs: 2 * minute,
    clearMs: 5 * minute,
    read: ({ hoursLeft }) =>
      sides.map((side) => ({
        subject: { side },
        value: hoursLeft[side],
      })),
    promql: (limit) => `isthmus_log_hours_left < ${limit}`,
  },
  {
    name: 'not_running',
    severity: 'critical',
    meaning: 'No life of the engine runs: a server is away, or a start does not succeed',
    unit: 'yes',
    when: 'above',
    limit: () => 0,
    key: null,
    forMs: 30 * second,
    clearMs: 10 * second,
    read: ({ running }) => plain(flag(!running)),
    promql: () => 'isthmus_state{state=~"starting|failed|stopped"} == 1',
  },
  {
    name: 'failed',
    severity: 'critical',
    meaning: 'The sync stopped for safety and does not go on by itself',
    unit: 'yes',
    when: 'above',
    limit: () => 0,
    key: null,
    ...at,
    read: ({ failed }) => plain(flag(failed)),
    promql: () => 'isthmus_state{state="failed"} == 1',
  },
  {
    name: 'rollback_level',
    severity: 'critical',
    meaning: 'The rollback level: 2 and 3 by divergence, 4 by a broken link',
    unit: 'level',
    when: 'reaches',
    limit: () => 2,
    key: null,
    ...at,
    read: ({ rollbackLevel }) => plain(rollbackLevel),
    promql: (limit) => `isthmus_rollback_level >= ${limit}`,
  },
  {
    name: 'table_stopped',
    severity: 'critical',
    meaning: 'A table is no longer followed',
    unit: 'yes',
    when: 'above',
    limit: () => 0,
    key: null,
    ...at,
    read: ({ stoppedTables }) =>
      Object.entries(stoppedTables).map(([table, stopped]) => ({ subject: { table }, value: flag(stopped) })),
    promql: () => 'isthmus_table_stopped == 1',
  },
];

export function isBad({ when }: AlertRule, value: number, limit: number): boolean {
  if (when === 'below') return value < limit;
  return when === 'above' ? value > limit : value >= limit;
}

/** Each alert has a section of its name. */
export function runbookOf(name: string): string {
  return `docs/runbook.md#${name}`;
}
