/** What PostgreSQL's own statistics say of the tables: about how many rows, and how long values are. Must not read values. */
import type { TableStatistics } from '../model/table-statistics.js';
import { quotedTable } from './names.js';
import { Session } from './session.js';

/** Rows of a partitioned table stand in its partitions. */
const rowsText = `
  select n.nspname, c.relname, (select sum(leaf.reltuples)::numeric::text
    from pg_partition_tree(c.oid) part join pg_class leaf on leaf.oid = coalesce(part.relid, c.oid)
    where part.isleaf and leaf.reltuples >= 0), c.reltuples::numeric::text, has_table_privilege(c.oid, 'select')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname = any($1::text[])`;

const widthsText = `
  select schemaname, tablename, attname, max(avg_width)::text from pg_stats
  where schemaname = any($1::text[]) group by schemaname, tablename, attname`;

/** `schema.table` → its statistics. Throws `sql_unreachable` or `authentication_failed`. */
export async function readStatistics(
  url: string,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, TableStatistics>> {
  const session = new Session({ url, applicationName: 'isthmus statistics', pids: new Set() });
  try {
    const rows = await session.query({ text: rowsText, values: [[...schemas]] });
    const widths = await session.query({ text: widthsText, values: [[...schemas]] });
    const byTable = new Map<string, Map<string, number>>();
    for (const [schema, table, column, bytes] of widths.rows) {
      const name = `${schema}.${table}`;
      const columns = byTable.get(name) ?? new Map<string, number>();
      byTable.set(name, columns.set(column as string, Number(bytes)));
    }
    const found = new Map<string, TableStatistics>();
    for (const [schema, table, leaves, own, readable] of rows.rows) {
      const name = `${schema}.${table}`;
      const estimate = Math.round(Number(leaves ?? own ?? -1));
      const isNew = estimate < 0 && readable === 't';
      const count = isNew ? await countFew(session, { schema: schema as string, table: table as string }) : estimate;
      found.set(name, { rows: Math.max(0, count), averageBytes: byTable.get(name) ?? new Map() });
    }
    return found;
  } finally {
    await session.close();
  }
}

const few = 10_000;

/** A table that was never analysed is new, and mostly small. */
async function countFew(session: Session, table: { readonly schema: string; readonly table: string }): Promise<number> {
  const text = `select count(*) from (select from ${quotedTable(table)} limit ${few}) few`;
  return Number((await session.query({ text })).rows[0]?.[0]);
}
