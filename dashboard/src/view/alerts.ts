/** Alerts in words. Pure. */
import type { Alert } from '../api/shapes.js';
import { sideNames } from '../api/shapes.js';
import { duration, measured, title } from './format.js';

type Named = Pick<Alert, 'name' | 'link' | 'side' | 'table'>;

const links = { sql_to_mongodb: 'PostgreSQL to MongoDB', mongodb_to_sql: 'MongoDB to PostgreSQL' } as const;

const hourMs = 3_600_000;
const inHours = ['manual_age', 'log_room'];
const yesOrNo = ['not_running', 'failed', 'table_stopped'];

/** With what it is about, of several: a direction, a server, a table. */
export function alertTitle({ name, link, side, table }: Named): string {
  const subject = link !== undefined ? links[link] : side !== undefined ? sideNames[side] : table;
  return subject === undefined ? title(name) : `${title(name)}, ${subject}`;
}

/** A value or a limit in the rule's unit. */
export function alertValue(name: string, value: number | null): string {
  if (value === null) return '–';
  if (inHours.includes(name)) return duration(value * hourMs);
  if (yesOrNo.includes(name)) return value > 0 ? 'yes' : 'no';
  return measured(name, value);
}
