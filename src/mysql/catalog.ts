/** Reads the tables of databases, with all that the mapping asks about them; a database is the mapping's schema. Changes nothing. */
import type { Logger } from '../base/logger.js';
import { ambiguousKey, type CatalogColumn, type CatalogTable } from '../model/catalog.js';
import { byTable, tableOf } from '../sql/catalog-rows.js';
import { columnType } from './column-type.js';
import { literal } from './names.js';
import { Session } from './session.js';

export interface CatalogOptions {
  readonly url: string;
  /** Names of databases. */
  readonly schemas: readonly string[];
  readonly log: Logger;
}

type Row = readonly (string | null)[];

const systems: ReadonlySet<string> = new Set(['mysql', 'information_schema', 'performance_schema', 'sys', 'isthmus']);

const tablesText = (names: string): string => `
  select t.table_schema, t.table_name,
    exists (select 1 from information_schema.triggers g where g.event_object_schema = t.table_schema and g.event_object_table = t.table_name)
  from information_schema.tables t where t.table_schema in (${names}) and t.table_type = 'BASE TABLE'
  order by t.table_schema, t.table_name`;

const columnsText = (names: string): string => `
  select table_schema, table_name, column_name, data_type, column_type, is_nullable, column_default, extra,
    numeric_precision, numeric_scale, character_maximum_length, datetime_precision, character_set_name, collation_name
  from information_schema.columns where table_schema in (${names}) order by table_schema, table_name, ordinal_position`;

const keysText = (names: string): string => `
  select table_schema, table_name, column_name from information_schema.statistics
  where table_schema in (${names}) and index_name = 'PRIMARY' order by table_schema, table_name, seq_in_index`;

/** Only a check that is the column's own and asks for nothing but valid JSON makes it JSON. */
const checksText = (names: string): string => `
  select constraint_schema, table_name, check_clause from information_schema.check_constraints
  where constraint_schema in (${names}) and check_clause like 'json_valid(%'`;

export async function readCatalog(options: CatalogOptions): Promise<readonly CatalogTable[]> {
  const session = new Session({ url: options.url });
  try {
    return await readTables(session, options.schemas);
  } finally {
    await session.close();
  }
}

async function readTables(session: Session, schemas: readonly string[]): Promise<readonly CatalogTable[]> {
  const wanted = new Set(schemas.filter((schema) => !systems.has(schema.toLowerCase())));
  if (wanted.size === 0) return [];
  const names = [...wanted].map(literal).join(', ');
  // The server may find names in another case.
  const read = async (text: string): Promise<readonly Row[]> =>
    (await session.query(text)).rows.filter((row) => wanted.has(row[0] as string));
  const tables = await read(tablesText(names));
  const columns = byTable(await read(columnsText(names)));
  const keys = byTable(await read(keysText(names)));
  const checks = await jsonChecks(session, names);
  return tables.map((row) => {
    const table = tableOf(row);
    const primaryKey = (keys.get(table) ?? []).map((key) => key[2] as string);
    return {
      schema: row[0] as string,
      name: row[1] as string,
      columns: (columns.get(table) ?? []).map((column) => columnOf(column, { primaryKey, checks })),
      primaryKey,
      hasUserTriggers: row[2] === '1',
      // It is the whole server's log that has before-images or has none.
      replicaIdentityFull: true,
      partitioned: false,
      partition: false,
    };
  });
}

/** MySQL has a type for JSON and other columns in this view. */
async function jsonChecks(session: Session, names: string): Promise<ReadonlySet<string>> {
  const version = (await session.query('select version()')).rows[0]?.[0] ?? '';
  if (!/mariadb/i.test(version)) return new Set();
  const { rows } = await session.query(checksText(names));
  const found = rows.flatMap((row) => {
    const column = /^json_valid\(`((?:[^`]|``)+)`\)$/.exec(row[2] as string)?.[1];
    return column === undefined ? [] : [`${tableOf(row)}.${column.replaceAll('``', '`')}`];
  });
  return new Set(found);
}

interface TableFacts {
  readonly primaryKey: readonly string[];
  readonly checks: ReadonlySet<string>;
}

function columnOf(row: Row, { primaryKey, checks }: TableFacts): CatalogColumn {
  const [, , name, dataType, type, nullable, fallback, extra, precision, scale, length, fraction, charset, collation] =
    row as string[];
  const number = (text: string | null | undefined): number | null =>
    text === null || text === undefined ? null : Number(text);
  const result = columnType({
    dataType: dataType as string,
    columnType: type as string,
    precision: number(precision),
    scale: number(scale),
    length: number(length),
    fraction: number(fraction),
    charset: charset ?? null,
    collation: collation ?? null,
    checkedJson: checks.has(`${tableOf(row)}.${name}`),
    inKey: primaryKey.includes(name as string),
  });
  const generated = /\b(VIRTUAL|STORED|PERSISTENT) GENERATED\b/i.test(extra as string);
  const counted = /auto_increment/i.test(extra as string) || /\bnextval\(/i.test(fallback ?? '');
  return {
    name: name as string,
    type: result.type,
    unmappable: result.unmappable,
    nullable: nullable === 'YES',
    // MariaDB says NULL, as a word, where a column that may be null has no default.
    hasDefault: !generated && (counted || (fallback !== null && fallback !== undefined && fallback !== 'NULL')),
    addedWith: null,
    generated,
    sequence: counted,
    ambiguousKey: result.type === null ? null : ambiguousKey(result.type, true),
  };
}
