/** Reads the tables of schemas, with all that the mapping asks about them. Changes nothing. */
import type { Logger } from '../base/logger.js';
import { ambiguousKey, type CatalogColumn, type CatalogTable } from '../model/catalog.js';
import { readTypes, type TypeRow } from './catalog-types.js';
import { Session } from './session.js';
import { sqlCodec } from './types.js';
import { columnType } from './types-column.js';

export interface CatalogOptions {
  readonly url: string;
  readonly schemas: readonly string[];
  readonly log: Logger;
}

const tablesText = `
  select c.oid, n.nspname, c.relname, c.relkind = 'p', c.relispartition, c.relreplident = 'f',
    exists (select 1 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'),
    coalesce((select array_to_json(array_agg(a.attname order by k.place))::text
      from pg_index i cross join unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
      where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts), '[]')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname = any($1::text[])
    and n.nspname not in ('pg_catalog', 'information_schema', 'isthmus') and n.nspname !~ '^pg_'
    and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by n.nspname, c.relname`;

/** Identity columns and defaults that call nextval make their values by a sequence. */
const columnsText = `
  select a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef or a.attidentity <> '', a.attgenerated <> '',
    a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) ~* 'nextval\\(', false), coalesce(l.collisdeterministic, true),
    (a.attmissingval::text::text[])[1]
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
  where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`;

export async function readCatalog(options: CatalogOptions): Promise<readonly CatalogTable[]> {
  const session = new Session({ url: options.url, applicationName: 'isthmus catalog', pids: new Set() });
  try {
    return await readTables(session, options.schemas);
  } finally {
    await session.close();
  }
}

async function readTables(session: Session, schemas: readonly string[]): Promise<readonly CatalogTable[]> {
  const tables = await session.query({ text: tablesText, values: [[...schemas]] });
  const columns = await session.query({ text: columnsText, values: [tables.rows.map((row) => row[0])] });
  const types = await readTypes(
    session,
    columns.rows.map((row) => row[2] as string),
  );
  const byTable = new Map<string, CatalogColumn[]>();
  for (const row of columns.rows) {
    const list = byTable.get(row[0] as string) ?? [];
    list.push(columnOf(row, types));
    byTable.set(row[0] as string, list);
  }
  return tables.rows.map((row) => ({
    schema: row[1] as string,
    name: row[2] as string,
    columns: byTable.get(row[0] as string) ?? [],
    primaryKey: JSON.parse(row[7] as string) as string[],
    hasUserTriggers: row[6] === 't',
    replicaIdentityFull: row[5] === 't',
    partitioned: row[3] === 't',
    partition: row[4] === 't',
  }));
}

function columnOf(row: readonly (string | null)[], types: ReadonlyMap<string, TypeRow>): CatalogColumn {
  const facts = types.get(row[2] as string);
  const result =
    facts === undefined ? null : columnType({ ...facts, typmod: Number(row[3]) >= 0 ? Number(row[3]) : facts.typmod });
  const type = result?.type ?? null;
  return {
    name: row[1] as string,
    type,
    unmappable: type === null ? (result?.unmappable ?? 'its type is unknown') : null,
    nullable: row[4] !== 't' && facts?.notNull !== true,
    hasDefault: row[5] === 't' && row[6] !== 't',
    addedWith: type === null || row[9] === null ? null : sqlCodec(type).fromText(row[9] as string),
    generated: row[6] === 't',
    sequence: row[7] === 't',
    ambiguousKey: type === null ? null : ambiguousKey(type, row[8] === 't'),
  };
}
