/**
 * Looks now and then whether the mapped tables are still the ones that are read: the log says nothing of a DROP. Must not
 * know the log.
 */
import type { PostgresContext } from '../context.js';
import { lsnHex, parseLsn } from '../decode/position.js';
import type { TableIdentity } from '../decode/relation-plan.js';

export class TableWatch {
  constructor(
    private readonly context: PostgresContext,
    private readonly tables: ReadonlyMap<string, TableIdentity>,
  ) {}

  /** Entities whose table is gone, or is another one under the same name. */
  async gone(): Promise<readonly string[]> {
    const now = await readIdentities(this.context);
    return [...this.context.entities.keys()].filter((entity) => {
      const oid = now.get(entity)?.oid;
      return oid === undefined || oid !== (this.tables.get(entity)?.oid ?? oid);
    });
  }
}

/** Oids of tables and of their columns' types as they are now; the log may be behind and then says so. */
export async function readIdentities(context: PostgresContext): Promise<ReadonlyMap<string, TableIdentity>> {
  const entities = [...context.entities.values()];
  const end = await context.reads.query({ text: 'select pg_current_wal_insert_lsn()' });
  const asOf = lsnHex(parseLsn(end.rows[0]?.[0] as string));
  const result = await context.reads.query({
    text: `select n.nspname || '.' || c.relname, c.oid, a.attname, a.atttypid
      from unnest($1::text[], $2::text[]) as wanted(schema, name)
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`,
    values: [entities.map((entity) => entity.schema), entities.map((entity) => entity.table)],
  });
  const tables = new Map<string, { oid: number; columns: Map<string, number>; asOf: string }>();
  for (const [name, oid, column, type] of result.rows) {
    const table = tables.get(name as string) ?? { oid: Number(oid), columns: new Map<string, number>(), asOf };
    table.columns.set(column as string, Number(type));
    tables.set(name as string, table);
  }
  return tables;
}
