/** How identifiers are written into statements for Oracle, and the name by which sessions of ours are found again. */
import { createHash } from 'node:crypto';
import { IsthmusError } from '../base/errors.js';

/** Throws `configuration_invalid`. A share's name has its number behind a `#`. */
export function checkName(sync: string): void {
  if (/^[a-z0-9_]{1,50}$/.test(sync)) return;
  throw new IsthmusError('configuration_invalid', {
    message: 'A sync’s name has lower-case letters, digits and _ only, 50 at most.',
  });
}

/** Oracle has no way to write a quote inside of a quoted name. Throws `mapping_invalid`. */
export function quoted(identifier: string): string {
  if (/["\0]/.test(identifier) || identifier === '')
    throw new IsthmusError('mapping_invalid', { message: `Oracle has no name ${JSON.stringify(identifier)}.` });
  return `"${identifier}"`;
}

export function quotedTable(table: { readonly schema: string; readonly table: string }): string {
  return `${quoted(table.schema)}.${quoted(table.table)}`;
}

/** A text as a literal, where nothing can be bound (DDL). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A session's client identifier has 64 bytes at most, a sync's name and share nearly as many. */
export function laneLabel(name: string, lane: number | string): string {
  return `isthmus/${createHash('sha256').update(name).digest('base64url').slice(0, 22)}/${lane}`;
}
