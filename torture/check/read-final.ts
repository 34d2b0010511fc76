/** What stands on each side at the end, read by means that share nothing with the sync. */
import type { Db } from 'mongodb';
import type pg from 'pg';
import type { Tables } from '../evidence.js';
import type { Values } from '../history.js';
import { keyOfId, spelledSql, valueOfSql, valuesOfDocument } from '../spell.js';
import { addedColumn, type Table, tables } from '../tables.js';

export async function finalSql(client: pg.Client): Promise<Tables> {
  const all = new Map<string, ReadonlyMap<string, Values>>();
  for (const table of tables) all.set(table.name, await rowsOf(client, table));
  return all;
}

async function rowsOf(client: pg.Client, table: Table): Promise<ReadonlyMap<string, Values>> {
  const added = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and starts_with(attname, $2) order by 1`,
    [table.name, addedColumn],
  );
  const columns = [...table.columns, ...added.rows.map(({ name }) => ({ name, type: 'int' as const }))];
  const key = table.key.map(({ name, type }) => spelledSql(name, type)).join(` || '/' || `);
  const list = columns.map(({ name, type }) => `${spelledSql(name, type)} as "${name}"`).join(', ');
  const { rows } = await client.query<Record<string, string | null>>(
    `select ${key} as "the key", ${list} from ${table.name}`,
  );
  return new Map(
    rows.map((row) => [
      row['the key'] ?? '',
      Object.fromEntries(columns.map(({ name, type }) => [name, valueOfSql(type, row[name] ?? null)])),
    ]),
  );
}

export async function finalMongo(db: Db): Promise<Tables> {
  const all = new Map<string, ReadonlyMap<string, Values>>();
  for (const table of tables) {
    const found = await db
      .collection(table.name)
      .find({}, { readConcern: { level: 'majority' } })
      .toArray();
    all.set(table.name, new Map(found.map((one) => [keyOfId(one['_id']), valuesOfDocument(table, one)])));
  }
  return all;
}
