/** What is shipped in deploy/ speaks of metrics and labels that exist, and says what the process itself says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { alertRules } from '../src/observe/alerts/alert-rules.js';
import { metricFacts, prometheusName, prometheusRules } from './alert-docs.js';
import { grafanaDashboard } from './grafana-dashboard.js';

const facts = new Map(metricFacts().map((fact) => [fact.name, fact]));

/** A histogram's series have names of their own. */
function factOf(series: string) {
  const histogram = facts.get(series.replace(/_(bucket|count|sum)$/, ''));
  return facts.get(series) ?? (histogram?.type === 'histogram' ? histogram : undefined);
}

/** What an expression names and nobody shows: metrics, and labels of theirs. */
function unknownIn(expression: string): string[] {
  const found: string[] = [];
  for (const [, series = '', inside = ''] of expression.matchAll(/\b(isthmus_\w+)(?:\{([^}]*)\})?/g)) {
    const fact = factOf(series);
    if (fact === undefined) found.push(series);
    for (const [, label = ''] of inside.matchAll(/(\w+)\s*[=!]/g))
      if (fact !== undefined && ![...fact.labels, 'job', 'instance'].includes(label)) found.push(`${series}.${label}`);
  }
  return found;
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly Readonly<Record<string, string>>[] }[];
}

test('the rules for Prometheus are the process’ own, over metrics that exist', () => {
  const { groups } = parse(readFileSync('deploy/prometheus-rules.yaml', 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  expect(parse(prometheusRules())).toEqual({ groups });
  expect(rules.map(({ alert }) => alert)).toEqual([
    ...alertRules.map(({ name }) => prometheusName(name)),
    'IsthmusDown',
    'IsthmusWebhookFails',
  ]);
  expect(rules.flatMap(({ expr = '' }) => unknownIn(expr))).toEqual([]);
});

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
}

test('the dashboard is whole, and every expression is over metrics that exist', () => {
  const text = readFileSync('deploy/grafana-dashboard.json', 'utf8');
  expect(text).toBe(grafanaDashboard());
  const { panels } = JSON.parse(text) as Dashboard;
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(expressions.length).toBeGreaterThan(panels.length);
  expect(expressions.filter((expr) => !expr.includes('isthmus_'))).toEqual([]);
  expect(expressions.flatMap(unknownIn)).toEqual([]);
});

test('what nobody shows is found', () => {
  expect(unknownIn('rate(isthmus_gone_total[5m]) / isthmus_lag_seconds{link="x", tabel="y"}')).toEqual([
    'isthmus_gone_total',
    'isthmus_lag_seconds.tabel',
  ]);
});
