/** What only a real server can say: how it prints values under our settings, what its catalog says of columns. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../testing/servers/fixtures/test-postgres.js';
import { sessionSettings, sqlCodec } from './types.js';
import { columnType, type TypeFacts } from './types-column.js';

const postgres = await testPostgres();
let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: (await postgres.freshDatabase()).url });
  await client.connect();
  for (const [name, value] of Object.entries(sessionSettings)) await client.query(`set ${name} = '${value}'`);
  await client.query(`create type public."Mood" as enum ('a', 'b''c')`);
  await client.query('create type public.pair as (a int, b int)');
  await client.query('create domain public.price as numeric(8,3)');
});

afterAll(() => client.end());

const asPrinted = { getTypeParser: () => (text: string) => text };

const typeQuery = `
  select n.nspname as schema, t.typname as name, t.typtype, t.typtypmod, t.typbasetype::text, t.typelem::text, t.typdelim,
    t.typcategory, array(select enumlabel::text from pg_enum where enumtypid = t.oid order by enumsortorder) as labels
  from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid = $1`;

interface TypeRow {
  schema: string;
  name: string;
  typtype: string;
  typtypmod: number;
  typbasetype: string;
  typelem: string;
  typdelim: string;
  typcategory: string;
  labels: string[];
}

async function factsOf(oid: string, typmod: number): Promise<TypeFacts> {
  const row = (await client.query<TypeRow>(typeQuery, [oid])).rows[0] as TypeRow;
  const { schema, name, typtype, labels, typdelim } = row;
  const base = typtype === 'd' ? { base: await factsOf(row.typbasetype, row.typtypmod) } : {};
  const element = row.typcategory === 'A' && typtype === 'b' ? { element: await factsOf(row.typelem, -1) } : {};
  return { schema, name, typtype, typmod, labels, delimiter: typdelim, ...base, ...element };
}

/** Declares a column, writes the value as our writer would, and reads it back. */
async function roundTrip(declared: string, value: string): Promise<{ canonical: unknown; type: unknown }> {
  await client.query('drop table if exists tried');
  await client.query(`create table tried (v ${declared})`);
  const { rows } = await client.query<{ oid: string; mod: number }>(
    `select atttypid::text as oid, atttypmod as mod from pg_attribute where attrelid = 'tried'::regclass and attname = 'v'`,
  );
  const { type } = columnType(await factsOf(rows[0]?.oid as string, rows[0]?.mod as number));
  if (type === null) return { canonical: null, type };
  const codec = sqlCodec(type);
  await client.query(`insert into tried select x::${type.sql} from unnest($1::text[]) as u(x)`, [
    [codec.toText(value)],
  ]);
  const printed = (await client.query<{ v: string }>({ text: 'select v from tried', types: asPrinted })).rows[0]
    ?.v as string;
  return { canonical: codec.fromText(printed), type };
}

describe('columnType and sqlCodec', () => {
  it.each<[string, string, object]>([
    ['numeric(10,2)', '12345678.9', { kind: 'numeric', precision: 10, scale: 2 }],
    ['numeric(3,5)', '0.00999', { kind: 'numeric', precision: 3, scale: 5 }],
    ['numeric(4,-2)', '123400', { kind: 'numeric', precision: 4, scale: -2 }],
    ['numeric', `1${'0'.repeat(40)}`, { kind: 'numeric', sql: 'numeric' }],
    ['public.price', '12345.678', { kind: 'numeric', precision: 8, scale: 3 }],
    ['varchar(3)', 'äöü', { kind: 'varchar', length: 3 }],
    ['char(3)', 'ab', { kind: 'char', sql: 'bpchar', length: 3 }],
    ['"char"', 'x', { kind: 'opaque', sql: 'pg_catalog."char"' }],
    ['name', 'x', { kind: 'opaque', sql: 'pg_catalog.name' }],
    ['bit(3)', '101', { kind: 'opaque', sql: 'bit varying' }],
    ['inet', '10.0.0.1', { kind: 'opaque', sql: 'pg_catalog.inet' }],
    ['money', '$1,234.50', { kind: 'opaque' }],
    ['int4range', '[1,5)', { kind: 'opaque' }],
    ['public."Mood"', "b'c", { kind: 'enum', sql: 'public."Mood"', labels: ['a', "b'c"] }],
    ['public."Mood"[]', '["a",null]', { kind: 'array', sql: 'public."Mood"[]' }],
    [
      'public.price[]',
      '["1.5"]',
      { kind: 'array', sql: 'public.price[]', element: { kind: 'numeric', sql: 'numeric', precision: 8, scale: 3 } },
    ],
    [
      'varchar(3)[]',
      '["abc"]',
      { kind: 'array', sql: 'varchar[]', element: { kind: 'varchar', sql: 'varchar', length: 3 } },
    ],
    ['text[][]', '[["a","{}"],[null,"NULL"]]', { kind: 'array' }],
    ['timestamptz(1)', '2024-01-02T03:04:05.600Z', { kind: 'timestamptz', precision: 1 }],
    ['timestamptz', '+012345-01-02T03:04:05.678Z', { kind: 'timestamptz', sql: 'timestamptz' }],
    ['timestamptz', '-000043-03-15T00:00:00.000Z', { kind: 'timestamptz' }],
    ['timestamptz', '0000-03-15T00:00:00.000Z', { kind: 'timestamptz' }],
    ['timestamp', '-004713-11-24T00:00:00.000Z', { kind: 'timestamp' }],
    ['timestamp', '+275760-09-13T00:00:00.000Z', { kind: 'timestamp' }],
    ['date', '4714-11-24 BC', { kind: 'date' }],
    ['date', '5874897-12-31', { kind: 'date' }],
    ['time(2)', '03:04:05.25', { kind: 'time', precision: 2 }],
    ['time', '24:00:00', { kind: 'time' }],
    ['timetz', '03:04:05.5-03:30', { kind: 'timetz' }],
    ['interval(3)', 'P-10M-3DT3H55M', { kind: 'interval', precision: 3 }],
    ['interval year to month', 'P1Y2M', { kind: 'opaque' }],
    ['float8', '5e-324', { kind: 'float8' }],
    ['float4', '1e-45', { kind: 'float4' }],
    ['jsonb', '{"$oid":"x","":[1.5,null,"\\\\"],"n":9007199254740993}', { kind: 'jsonb' }],
    ['bytea', '00ff', { kind: 'bytea' }],
  ])('%s %s', async (declared, value, expected) => {
    const canonicalJson = declared === 'jsonb' ? '{"":[1.5,null,"\\\\"],"$oid":"x","n":9007199254740993}' : value;
    const { canonical, type } = await roundTrip(declared, value);
    expect(type).toMatchObject(expected);
    expect(canonical).toBe(canonicalJson);
  });

  it.each(['public.pair', 'public.pair[]', 'box[]'])('%s cannot be mapped', async (declared) => {
    expect((await roundTrip(declared, '')).type).toBeNull();
  });
});
