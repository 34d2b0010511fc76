/** Sides and directions in words. Pure. */
import type { LinkName, Side } from '../api/shapes.js';

export type SideNames = Readonly<Record<Side, string>>;

/** `sqlServer`: as a status tells it. */
export function sideNames(sqlServer = 'PostgreSQL'): SideNames {
  return { sql: sqlServer, mongodb: 'MongoDB' };
}

export function linkText(link: LinkName, { sql, mongodb }: SideNames): string {
  return link === 'sql_to_mongodb' ? `${sql} to ${mongodb}` : `${mongodb} to ${sql}`;
}

/** What one of both sides holds of a record. */
export function versionOn(server: string): string {
  return `${server}’s version`;
}
