/** deploy/grafana-dashboard.json: a compact list of panels, laid out in rows of three. */

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly description: string;
  /** Legend → expression. */
  readonly shows: Readonly<Record<string, string>>;
  readonly kind?: 'timeseries' | 'stat';
  /** Where it turns red. */
  readonly red?: number;
}

const here = '{job=~"$job", instance=~"$instance"}';
const rate = (name: string): string => `rate(${name}${here}[$__rate_interval])`;
const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (link, le) (${rate('isthmus_sync_latency_seconds_bucket')}))`;
const lastHour = (name: string): string => `sum(increase(${name}${here}[1h]))`;

const panels: readonly Panel[] = [
  {
    title: 'State',
    unit: 'short',
    kind: 'stat',
    description: 'The state that the sync is in',
    shows: { '{{state}}': `isthmus_state${here} == 1` },
  },
  {
    title: 'Alerts',
    unit: 'short',
    kind: 'stat',
    red: 1,
    description: 'How many alerts fire',
    shows: { firing: `sum(isthmus_alerts_firing${here})` },
  },
  {
    title: 'Phase and rollback level',
    unit: 'short',
    kind: 'stat',
    description: 'From 1 (prepare) to 8 (retired); the level from 0 to 4',
    shows: { phase: `isthmus_phase${here}`, 'rollback level': `isthmus_rollback_level${here}` },
  },
  {
    title: 'Lag',
    unit: 's',
    red: 60,
    description: 'Age of the oldest change that has not crossed, or time since the log was last read to its end',
    shows: { '{{link}}': `isthmus_lag_seconds${here}` },
  },
  {
    title: 'Latency',
    unit: 's',
    red: 5,
    description: 'Commit on the source to commit on the target',
    shows: { '{{link}} p50': quantile(0.5), '{{link}} p95': quantile(0.95), '{{link}} p99': quantile(0.99) },
  },
  {
    title: 'Records written',
    unit: 'ops',
    description: 'A second, by link',
    shows: { '{{link}}': `sum by (link) (${rate('isthmus_changes_applied_total')})` },
  },
  {
    title: 'Changes read and echoes',
    unit: 'ops',
    description: 'What is read from the logs: users’ changes, and our own writes read back',
    shows: { '{{link}} changes': rate('isthmus_changes_read_total'), '{{link}} echoes': rate('isthmus_echoes_total') },
  },
  {
    title: 'Conflicts',
    unit: 'short',
    description: 'An hour, by kind and resolution',
    shows: {
      '{{kind}} {{resolution}}': `sum by (kind, resolution) (increase(isthmus_conflicts_total${here}[1h])) > 0`,
    },
  },
  {
    title: 'Conflict rate',
    unit: 'percentunit',
    red: 0.01,
    description: 'Conflicts / changes read, over an hour',
    shows: { rate: `${lastHour('isthmus_conflicts_total')} / ${lastHour('isthmus_changes_read_total')}` },
  },
  {
    title: 'Waiting for people',
    unit: 'short',
    red: 1,
    description: 'Pending conflicts, dead letters, held records',
    shows: {
      'pending conflicts': `isthmus_conflicts_pending${here}`,
      'dead letters': `isthmus_dead_letters${here}`,
      'held {{link}}': `isthmus_held_records${here}`,
    },
  },
  {
    title: 'Oldest pending conflict',
    unit: 's',
    red: 86_400,
    description: 'Its age',
    shows: { age: `isthmus_oldest_pending_conflict_seconds${here}` },
  },
  {
    title: 'Divergence',
    unit: 'percentunit',
    red: 0.001,
    description: 'Confirmed differences / records compared, last comparison',
    shows: { rate: `isthmus_divergence_rate${here}`, '{{table}}': `isthmus_divergent_records${here} > 0` },
  },
  {
    title: 'Failed and repeated attempts',
    unit: 'percentunit',
    red: 0.05,
    description: 'Of the transactions sent to a target, over an hour',
    shows: {
      failed: `${lastHour('isthmus_failed_attempts_total')} / ${lastHour('isthmus_attempts_total')}`,
      repeated: `${lastHour('isthmus_retries_total')} / ${lastHour('isthmus_attempts_total')}`,
    },
  },
  {
    title: 'Errors',
    unit: 'short',
    description: 'After which the engine began anew or stopped, an hour, by code',
    shows: { '{{code}}': `sum by (code) (increase(isthmus_errors_total${here}[1h])) > 0` },
  },
  {
    title: 'Room in the logs',
    unit: 'h',
    description: 'Hours until a server’s log forgets our place; no line: not in sight',
    shows: { '{{side}}': `isthmus_log_hours_left${here}` },
  },
  {
    title: 'WAL kept for the slot',
    unit: 'bytes',
    description: 'By PostgreSQL',
    shows: { retained: `isthmus_retained_wal_bytes${here}` },
  },
  {
    title: 'Oplog window',
    unit: 's',
    description: 'From the oplog’s oldest entry to our place in it',
    shows: { window: `isthmus_oplog_window_seconds${here}` },
  },
  {
    title: 'Clock skew',
    unit: 's',
    description: 'How far PostgreSQL’s clock is ahead of MongoDB’s',
    shows: { skew: `isthmus_clock_skew_seconds${here}` },
  },
];

const datasource = { type: 'prometheus', uid: '${datasource}' };
const [width, height, inRow] = [8, 7, 3];

export function grafanaDashboard(): string {
  const variable = (name: string, query: string): object => ({
    name,
    type: 'query',
    datasource,
    query,
    refresh: 2,
    includeAll: true,
    multi: true,
    current: { text: 'All', value: '$__all' },
  });
  const dashboard = {
    title: 'Isthmus',
    uid: 'isthmus',
    schemaVersion: 39,
    tags: ['isthmus'],
    time: { from: 'now-3h', to: 'now' },
    refresh: '10s',
    editable: true,
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', refresh: 1 },
        variable('job', 'label_values(isthmus_state, job)'),
        variable('instance', 'label_values(isthmus_state{job=~"$job"}, instance)'),
      ],
    },
    panels: panels.map(panelJson),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function panelJson(panel: Panel, index: number): object {
  const steps = [
    { color: 'green', value: null },
    ...(panel.red === undefined ? [] : [{ color: 'red', value: panel.red }]),
  ];
  return {
    id: index + 1,
    type: panel.kind ?? 'timeseries',
    title: panel.title,
    description: panel.description,
    datasource,
    gridPos: { x: (index % inRow) * width, y: Math.floor(index / inRow) * height, w: width, h: height },
    fieldConfig: { defaults: { unit: panel.unit, min: 0, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    options: panel.kind === 'stat' ? { textMode: 'value_and_name', reduceOptions: { calcs: ['lastNotNull'] } } : {},
    targets: Object.entries(panel.shows).map(([legendFormat, expr], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr,
      legendFormat,
    })),
  };
}
