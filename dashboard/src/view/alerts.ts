/** Alerts in words. Pure. */
import type { Alert } from '../api/shapes.js';
import { duration, measured, title } from './format.js';
import { linkText, type SideNames } from './sides.js';

type Named = Pick<Alert, 'name' | 'link' | 'side' | 'table'>;

const hourMs = 3_600_000;
const inHours = ['manual_age', 'log_room'];
const yesOrNo = ['not_running', 'failed', 'table_stopped'];

/** With what it is about, of several: a direction, a server, a table. */
export function alertTitle({ name, link, side, table }: Named, names: SideNames): string {
  const subject = link !== undefined ? linkText(link, names) : side !== undefined ? names[side] : table;
  return subject === undefined ? title(name) : `${title(name)}, ${subject}`;
}

export type AlertLine = Alert;

/** What fires stands by itself and first; what is well is told once a rule, by its highest value. */
export function alertLines(all: readonly Alert[]): AlertLine[] {
  const well = new Map<string, AlertLine>();
  for (const alert of all) {
    if (alert.state === 'firing') continue;
    const { link, side, table, ...rule } = alert;
    const known = well.get(rule.name);
    const isOne =
      known === undefined || (rule.value ?? Number.NEGATIVE_INFINITY) > (known.value ?? Number.NEGATIVE_INFINITY);
    if (isOne) well.set(rule.name, rule);
  }
  return [...all.filter(({ state }) => state === 'firing'), ...well.values()];
}

/** A value or a limit in the rule's unit. */
export function alertValue(name: string, value: number | null): string {
  if (value === null) return '–';
  if (inHours.includes(name)) return duration(value * hourMs);
  if (yesOrNo.includes(name)) return value > 0 ? 'yes' : 'no';
  return measured(name, value);
}

/** Null: a rule that says yes or no has none worth showing. */
export function alertLimit(name: string, limit: number | null): string | null {
  return limit === null || yesOrNo.includes(name) ? null : alertValue(name, limit);
}
