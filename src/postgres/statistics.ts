/** What PostgreSQL's own statistics say of the tables: about how many rows, and how long values are. Reads no row. */
import { Session } from './session.js';

export interface TableStatistics {
  /** About; null: the server has not counted yet. */
  readonly rows: number | null;
  /** Column → average bytes of its values; columns that the role may not read are not there. */
  readonly averageBytes: ReadonlyMap<string, number>;
}

/** Rows of a partitioned table stand in its partitions. */
const rowsText = `
  select n.nspname, c.relname, (select sum(leaf.reltuples)::numeric::text
    from pg_partition_tree(c.oid) part join pg_class leaf on leaf.oid = coalesce(part.relid, c.oid)
    where part.isleaf and leaf.reltuples >= 0), c.reltuples::numeric::text
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
    return new Map(
      rows.rows.map(([schema, table, leaves, own]) => {
        const name = `${schema}.${table}`;
        return [name, { rows: counted(leaves ?? own ?? null), averageBytes: byTable.get(name) ?? new Map() }];
      }),
    );
  } finally {
    await session.close();
  }
}

/** -1: never analysed. */
function counted(text: string | null): number | null {
  return text === null || Number(text) < 0 ? null : Math.round(Number(text));
}
