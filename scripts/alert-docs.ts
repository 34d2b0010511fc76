/** The tables of docs/operate.md about metrics and alerts, and deploy/prometheus-rules.yaml: all from the rules and the registry. */
import { stringify } from 'yaml';
import { alertLimits } from '../src/app/watch/alert-limits.js';
import { type Config, configSchema } from '../src/config/schema.js';
import { type AlertRule, alertRules, runbookOf } from '../src/observe/alerts/alert-rules.js';
import { shownValue } from '../src/observe/alerts/alert-text.js';
import { Prometheus } from '../src/observe/prometheus.js';
import { TransportGauges } from '../src/observe/transport-gauges.js';

export interface MetricFact {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** Every metric that a process shows. */
export function metricFacts(): readonly MetricFact[] {
  const { registry } = new Prometheus({ tables: [], strategies: new Map(), skewMs: () => 0 });
  new TransportGauges(registry);
  return registry
    .getMetricsAsArray()
    .map((metric) => {
      const { name, help, type, labelNames } = metric as unknown as MetricFact & { labelNames: readonly string[] };
      return { name, help, type: String(type), labels: labelNames };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const defaults = (): Config['alerts'] => {
  const { properties } = configSchema.properties.alerts as unknown as {
    properties: Readonly<Record<string, { default: unknown }>>;
  };
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, value.default]),
  ) as unknown as Config['alerts'];
};

const limitOf = (rule: AlertRule): number => rule.limit(alertLimits(defaults()));
const seconds = (ms: number): string => `${ms / 1000}s`;

export function metricsTable(): string {
  const rows = metricFacts().map(
    ({ name, help, type, labels }) =>
      `| \`${name}${labels.length === 0 ? '' : `{${labels.join(',')}}`}\` | ${type} | ${cell(help)} |`,
  );
  return ['| metric | type | what it is |', '|---|---|---|', ...rows].join('\n');
}

export function alertsTable(): string {
  const relation = { above: 'above', below: 'below', reaches: 'from' } as const;
  const rows = alertRules.map((rule) => {
    const limit = rule.unit === 'yes' ? '' : `${relation[rule.when]} ${shownValue(rule.unit, limitOf(rule))}`;
    const key = rule.key === null ? '' : `\`${rule.key}\``;
    return `| \`${rule.name}\` | ${rule.severity} | ${cell(rule.meaning)} | ${limit} | ${key} | ${seconds(rule.forMs)} | ${seconds(rule.clearMs)} |`;
  });
  const head = '| alert | severity | what it looks at | fires | key of the limit | after | clears after |';
  return [head, '|---|---|---|---|---|---|---|', ...rows].join('\n');
}

/** `conflict_rate` is `IsthmusConflictRate` to Prometheus. */
export function prometheusName(name: string): string {
  return `Isthmus${name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

interface PrometheusRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a process cannot tell of itself. */
const fromOutside: readonly PrometheusRule[] = [
  {
    alert: 'IsthmusDown',
    expr: 'up{job=~".*isthmus.*"} == 0',
    for: '2m',
    labels: { severity: 'critical' },
    annotations: { summary: 'No process of Isthmus answers', runbook: runbookOf('not_running') },
  },
  {
    alert: 'IsthmusWebhookFails',
    expr: 'sum by (job, instance) (increase(isthmus_alert_deliveries_total{result!="sent"}[1h])) > 0',
    for: '0s',
    labels: { severity: 'warning' },
    annotations: { summary: 'Alerts could not be posted to the webhook', runbook: 'docs/operate.md#the-webhook' },
  },
];

export function prometheusRules(): string {
  const rules: PrometheusRule[] = alertRules.map((rule) => ({
    alert: prometheusName(rule.name),
    expr: rule.promql(limitOf(rule)),
    for: seconds(rule.forMs),
    keep_firing_for: seconds(rule.clearMs),
    labels: { severity: rule.severity },
    annotations: {
      summary: rule.meaning,
      description: 'Value: {{ $value }}',
      runbook: runbookOf(rule.name),
    },
  }));
  const head = [
    '# Written from src/observe/alerts/alert-rules.ts by `npm run docs`: the alerts that a process raises by itself, with the limits',
    '# of a configuration without `alerts`. Needs Prometheus 2.42 or later (keep_firing_for), and a job with "isthmus" in its name.',
  ];
  const groups = [{ name: 'isthmus', rules: [...rules, ...fromOutside] }];
  return `${head.join('\n')}\n${stringify({ groups }, { lineWidth: 0 })}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
