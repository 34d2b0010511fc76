/** What Oracle's own statistics say of the tables: about how many rows, and how long values are. Must not read values. */
import type { TableStatistics } from '../model/table-statistics.js';
import { Session } from './session.js';
import { bound } from './statement.js';
import { placeholders } from './store/in-lists.js';

/** `schema.table` → its statistics. Throws `sql_unreachable` or `authentication_failed`. */
export async function readStatistics(
  url: string,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, TableStatistics>> {
  if (schemas.length === 0) return new Map();
  const session = new Session({ url, cached: true });
  try {
    const { rows } = await session.query(
      bound(
        statisticsText(placeholders(1, schemas.length)),
        schemas.map((schema) => ['text', schema]),
      ),
    );
    const found = new Map<string, { rows: number; averageBytes: Map<string, number> }>();
    for (const [schema, table, count, column, bytes] of rows) {
      const name = `${schema}.${table}`;
      const statistics = found.get(name) ?? { rows: Number(count), averageBytes: new Map<string, number>() };
      if (bytes !== null && bytes !== undefined) statistics.averageBytes.set(column as string, Number(bytes));
      found.set(name, statistics);
    }
    return found;
  } finally {
    await session.close();
  }
}

export const statisticsText = (schemas: string): string => `
  select t.owner, t.table_name, coalesce(t.num_rows, 0), c.column_name, c.avg_col_len
  from all_tables t join all_tab_columns c on c.owner = t.owner and c.table_name = t.table_name
  where t.owner in (${schemas})`;
