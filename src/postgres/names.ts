/** The names of everything that a sync owns in PostgreSQL, and how identifiers are quoted. */
import { IsthmusError } from '../base/errors.js';

export interface Names {
  readonly slot: string;
  /** Of a Debezium connector that reads the log in our place: what `prepare` tells to call it. */
  readonly debeziumSlot: string;
  readonly publication: string;
  readonly application: string;
  readonly markPrefix: string;
  /** A replication origin is used by one session at a time, so each lane has its own. */
  origin(lane: number): string;
}

export function namesOf(sync: string): Names {
  if (!/^[a-z0-9_]{1,50}$/.test(sync))
    throw new IsthmusError('configuration_invalid', {
      message: 'A sync’s name has lower-case letters, digits and _ only, 50 at most.',
    });
  const name = `isthmus_${sync}`;
  return {
    slot: name,
    debeziumSlot: `${name}_dbz`,
    publication: name,
    application: name,
    markPrefix: name,
    origin: (lane) => (lane === 0 ? name : `${name}/${lane}`),
  };
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function quotedTable(table: { readonly schema: string; readonly table: string }): string {
  return `${quoted(table.schema)}.${quoted(table.table)}`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
