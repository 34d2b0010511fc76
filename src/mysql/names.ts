/** How identifiers and texts are written into statements for MariaDB, and the names of the locks by which sessions are found again. */
import { createHash } from 'node:crypto';
import { IsthmusError } from '../base/errors.js';

/** Throws `configuration_invalid`. A share's name has its number behind a `#`. */
export function checkName(sync: string): void {
  if (/^[a-z0-9_]{1,50}$/.test(sync)) return;
  throw new IsthmusError('configuration_invalid', {
    message: 'A sync’s name has lower-case letters, digits and _ only, 50 at most.',
  });
}

export function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

export function quotedTable(table: { readonly schema: string; readonly table: string }): string {
  return `${quoted(table.schema)}.${quoted(table.table)}`;
}

/**
 * A text as a literal. Nothing goes by placeholders: the driver would take a `?` in a quoted name for one. Every session of
 * ours is in utf8mb4 and without NO_BACKSLASH_ESCAPES, in which these three are all that needs a backslash.
 */
export function literal(text: string): string {
  return `'${text.replace(/[\\'\0]/g, (sign) => (sign === '\0' ? '\\0' : `\\${sign}`))}'`;
}

/** A lock's name may have 64 characters at most, a sync's name and share nearly as many. */
export function laneLock(name: string, lane: number): string {
  return `isthmus/${createHash('sha256').update(name).digest('base64url').slice(0, 22)}/${lane}`;
}
