/** What MariaDB's own statistics say of the tables: about how many rows. Must not read values. */
import type { TableStatistics } from '../model/table-statistics.js';
import { literal } from './names.js';
import { Session } from './session.js';

/** `schema.table` → its statistics. Throws `sql_unreachable` or `authentication_failed`. */
export async function readStatistics(
  url: string,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, TableStatistics>> {
  if (schemas.length === 0) return new Map();
  const session = new Session({ url });
  try {
    const { rows } = await session.query(
      `select table_schema, table_name, coalesce(table_rows, 0) from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema in (${schemas.map(literal).join(', ')})`,
    );
    return new Map(
      rows.map(([schema, table, count]) => [`${schema}.${table}`, { rows: Number(count), averageBytes: new Map() }]),
    );
  } finally {
    await session.close();
  }
}
