/**
 * What a reader of another program's account of the log has to learn of the catalog: that account says nothing of a column whose type
 * changed under it, and not always of a table that is another one. Must not know a server, nor that account.
 */
import type { Entity } from '../model/entity.js';
import type { TableLook } from '../ports/sql-side.js';
import { changedColumn } from './changed-column.js';

export interface SeenTable {
  /** Each column's type, as the server names it. */
  readonly columns: ReadonlyMap<string, string>;
  /** Another one for a table that was made anew under the same name; null: the server does not tell, or another source does. */
  readonly identity: string | null;
}

export type SeenTables = ReadonlyMap<string, SeenTable>;

export interface WatchOptions {
  readonly asOf: string;
  readonly entities: ReadonlyMap<string, Entity>;
  /** By `schema.table`. */
  readonly read: () => Promise<SeenTables>;
}

export async function watchTables({ asOf, entities, read }: WatchOptions): Promise<TableLook> {
  const known = await read();
  return {
    asOf,
    changed: async () => {
      const now = await read();
      const found = new Map<string, string>();
      for (const entity of entities.values()) {
        const reason = whyNot(entity, known.get(entity.name), now.get(entity.name));
        if (reason !== null) found.set(entity.name, reason);
      }
      return found;
    },
  };
}

/** Of rows of a catalog, one for each column. */
export function seenTables(
  rows: Iterable<{
    readonly table: string;
    readonly column: string;
    readonly type: string;
    readonly identity: string | null;
  }>,
): SeenTables {
  const tables = new Map<string, { columns: Map<string, string>; identity: string | null }>();
  for (const { table, column, type, identity } of rows) {
    const seen = tables.get(table) ?? { columns: new Map<string, string>(), identity };
    seen.columns.set(column, type);
    tables.set(table, seen);
  }
  return tables;
}

function whyNot(entity: Entity, before: SeenTable | undefined, now: SeenTable | undefined): string | null {
  if (now === undefined) return `table ${entity.name} was dropped or renamed`;
  if (before !== undefined && before.identity !== now.identity) return `table ${entity.name} was made anew`;
  const columns = [...entity.key, ...entity.fields].map(({ column }) => column);
  return changedColumn(entity.name, columns, { before: before?.columns, now: now.columns });
}
