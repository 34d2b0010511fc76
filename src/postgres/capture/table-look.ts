/**
 * What a reader of another program's account of the log has to learn of the catalog: that account says nothing of a table that was
 * dropped or renamed, nor of a lost identity. Must not know that account.
 */
import type { TableLook } from '../../ports/sql-side.js';
import { changedColumn } from '../../sql/changed-column.js';
import type { PostgresContext } from '../context.js';
import type { TableIdentity } from '../decode/relation-plan.js';
import { readIdentities } from './table-watch.js';

export async function lookAtTables(context: PostgresContext): Promise<TableLook> {
  const known = await readIdentities(context);
  return {
    asOf: [...known.values()][0]?.asOf ?? '',
    changed: async () => {
      const now = await readIdentities(context);
      const partial = await withoutIdentity(context);
      const found = new Map<string, string>();
      for (const entity of context.entities.values()) {
        const columns = [...entity.key, ...entity.fields].map(({ column }) => column);
        const reason = whyNot(entity.name, { before: known.get(entity.name), now: now.get(entity.name), columns });
        if (reason !== null) found.set(entity.name, reason);
        else if (partial.has(entity.name))
          found.set(
            entity.name,
            `${entity.name} no longer has REPLICA IDENTITY FULL, so its changes come without the state before`,
          );
      }
      return found;
    },
  };
}

interface Seen {
  readonly before: TableIdentity | undefined;
  readonly now: TableIdentity | undefined;
  readonly columns: readonly string[];
}

function whyNot(name: string, { before, now, columns }: Seen): string | null {
  if (now === undefined || (before !== undefined && now.oid !== before.oid))
    return `table ${name} was dropped or renamed`;
  return changedColumn(name, columns, { before: before?.columns, now: now.columns });
}

async function withoutIdentity({ reads, entities }: PostgresContext): Promise<ReadonlySet<string>> {
  const all = [...entities.values()];
  const result = await reads.query({
    text: `select n.nspname || '.' || c.relname from unnest($1::text[], $2::text[]) as wanted(schema, name)
      join pg_namespace n on n.nspname = wanted.schema join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      where c.relreplident <> 'f'`,
    values: [all.map(({ schema }) => schema), all.map(({ table }) => table)],
  });
  return new Set(result.rows.map((row) => row[0] as string));
}
