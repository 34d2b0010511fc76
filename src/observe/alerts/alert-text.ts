/** An alert in words, for a log, a chat and a terminal. Pure; never a record's key or value. */
import type { AlertRule, AlertSubject, AlertUnit } from './alert-rules.js';

const units: Readonly<Record<AlertUnit, (value: number) => string>> = {
  share: (value) => `${round(value * 100)} %`,
  ms: (value) => (value < 1000 ? `${round(value)} ms` : `${round(value / 1000)} s`),
  hours: (value) => `${round(value)} h`,
  count: (value) => String(value),
  level: (value) => String(value),
  yes: (value) => (value > 0 ? 'yes' : 'no'),
};

export function shownValue(unit: AlertUnit, value: number): string {
  return units[unit](value);
}

const relations = { above: 'the limit is', below: 'the least is', reaches: 'it fires from' } as const;

export interface TextOf {
  readonly rule: AlertRule;
  readonly subject: AlertSubject;
  readonly value: number | null;
  readonly limit: number;
  readonly fires: boolean;
}

export function alertText({ rule, subject, value, limit, fires }: TextOf): string {
  const about = subject.link?.replaceAll('_', ' ') ?? subject.table ?? subject.side;
  const name = `${rule.name}${about === undefined ? '' : ` of ${about}`}`;
  const now = value === null ? '' : `: ${shownValue(rule.unit, value)}`;
  const bound = rule.unit === 'yes' ? '' : `, ${relations[rule.when]} ${shownValue(rule.unit, limit)}`;
  return `${name} ${fires ? 'fires' : 'is over'}${rule.unit === 'yes' ? '' : now}${bound}. ${rule.meaning}.`;
}

function round(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'out of sight';
}
