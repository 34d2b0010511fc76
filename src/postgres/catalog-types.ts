/** Reads types with what they are made of: a domain's base, an array's element, an enum's labels. */
import type { Session } from './session.js';
import type { TypeFacts } from './types-column.js';

/** A type, and whether a domain forbids null. */
export interface TypeRow extends TypeFacts {
  readonly notNull?: boolean;
}

const typesText = `
  with recursive wanted(oid) as (
    select unnest($1::oid[])
    union
    select part from wanted join pg_type t on t.oid = wanted.oid
      cross join lateral (values (nullif(t.typbasetype, 0)), (case when t.typcategory = 'A' then nullif(t.typelem, 0) end)) as parts(part)
      where part is not null
  )
  select t.oid, n.nspname, t.typname, t.typtype, t.typtypmod, t.typnotnull, t.typbasetype,
    case when t.typcategory = 'A' then t.typelem else 0 end, t.typdelim,
    (select array_to_json(array_agg(e.enumlabel order by e.enumsortorder))::text from pg_enum e where e.enumtypid = t.oid)
  from wanted join pg_type t on t.oid = wanted.oid join pg_namespace n on n.oid = t.typnamespace`;

/** By oid, as text. */
export async function readTypes(session: Session, oids: readonly string[]): Promise<ReadonlyMap<string, TypeRow>> {
  const result = await session.query({ text: typesText, values: [[...new Set(oids)]] });
  const rows = new Map(result.rows.map((row) => [row[0] as string, row]));
  const types = new Map<string, TypeRow>();
  const resolve = (oid: string): TypeRow | undefined => {
    const row = rows.get(oid);
    if (row === undefined) return undefined;
    const known = types.get(oid);
    if (known !== undefined) return known;
    const type = typeOf(row, resolve);
    types.set(oid, type);
    return type;
  };
  for (const oid of rows.keys()) resolve(oid);
  return types;
}

function typeOf(row: readonly (string | null)[], resolve: (oid: string) => TypeRow | undefined): TypeRow {
  const [, schema, name, typtype, typmod, notNull, base, element, , labels] = row as string[];
  const baseType = resolve(base as string);
  // A domain over an array is an array by its base, not by an element of its own.
  const elementType = typtype === 'd' ? undefined : resolve(element as string);
  return {
    schema: schema as string,
    name: name as string,
    typtype: typtype as string,
    typmod: Number(typmod),
    ...(notNull === 't' ? { notNull: true } : {}),
    ...(labels ? { labels: JSON.parse(labels) as string[] } : {}),
    ...(elementType ? { element: elementType, delimiter: rowDelimiter(row) } : {}),
    ...(baseType ? { base: baseType } : {}),
  };
}

function rowDelimiter(row: readonly (string | null)[]): string {
  return row[8] ?? ',';
}
