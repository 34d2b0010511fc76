/** Envelopes say all of a value: what is written for other consumers is read back, as from a Debezium connector, to the same value. */
import fc from 'fast-check';
import { BSON } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresColumn } from '../../src/debezium/postgres-columns.js';
import { readJson } from '../../src/debezium/read-json.js';
import { RowWriter } from '../../src/debezium/row-writer.js';
import { isInexact } from '../../src/debezium/value-reader.js';
import type { Field } from '../../src/model/entity.js';
import type { Value } from '../../src/model/record.js';
import { isRefused, readRefusal } from '../../src/model/refusal.js';
import { bsonCodec } from '../../src/mongodb/types.js';
import { sessionSettings, sqlCodec } from '../../src/postgres/types.js';
import { testPostgres } from '../../src/testing/servers/fixtures/test-postgres.js';
import { bsonValue } from './bson-values.js';
import { sqlText } from './sql-texts.js';
import { throughTable, validTexts } from './sql-values.js';
import { nameOf, type TriedType, triedTypes } from './types.js';

const cases = Number(process.env['VALUE_CASES'] ?? 2000);
const seed = Number(process.env['VALUE_SEED'] ?? Date.now() % 1_000_000);
const modes = { decimals: 'string', times: 'adaptive', binary: 'base64', intervals: 'string' } as const;
const postgres = await testPostgres();
let client: pg.Client;

beforeAll(async () => {
  const { url } = await postgres.freshDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create type public.mood as enum ('sad', 'ok', 'Very happy, "so"')`);
  for (const [name, value] of Object.entries(sessionSettings)) await client.query(`set ${name} = '${value}'`);
});

afterAll(() => client.end());

/** What Debezium makes something else of has no reader: how we write it stands in `column-writer.test.ts`. */
const read = triedTypes.filter(({ type }) => !isInexact(postgresColumn(type, modes)));

describe.each(read.map((tried) => ({ name: nameOf(tried), tried })))('$name', ({ tried: { declared, type } }) => {
  const tried: TriedType = { declared, type };
  const field = (column: string, of: Field['type']): Field => ({
    column,
    field: column,
    type: of,
    nullable: true,
    hasDefault: false,
  });
  const rows = new RowWriter(
    { key: [field('id', { kind: 'int4', sql: 'integer' })], fields: [field('v', type)] },
    'sql',
  );
  const reader = postgresColumn(type, modes);
  const { fromText } = sqlCodec(type);

  function throughEnvelope(value: Value): Value | undefined {
    const { v } = readJson(rows.write({ key: '1', before: null, after: [value] }).after) as { v: never };
    if (v === null || isInexact(reader)) return null;
    const text = reader.text(v);
    return text === undefined ? undefined : fromText(text);
  }

  function check(values: readonly Value[]): void {
    const told = values.filter((value) => isTold(tried, value));
    expect(told.length, 'values that are told').toBeGreaterThan(cases / 50);
    for (const value of told) expect(throughEnvelope(value), `replay with VALUE_SEED=${seed}: ${value}`).toBe(value);
  }

  it('of rows', async () => {
    const given = await validTexts(client, tried, fc.sample(sqlText(type), { seed, numRuns: cases }));
    const printed = (await throughTable(client, tried, given)).filter((text) => !text.startsWith('!'));
    check(printed.map(fromText));
  });

  it('of documents', () => {
    const codec = bsonCodec(type);
    const canonical = (value: unknown): Value => {
      const bytes = Buffer.from(BSON.serialize({ v: value }, { ignoreUndefined: false }));
      return codec.fromBson(bytes[4] as number, bytes, 7, bytes.length - 1);
    };
    const values = fc.sample(bsonValue(type), { seed, numRuns: cases }).map(canonical);
    check(values.filter((value) => !isRefused(value)));
  });
});

/** Not told to others: refused arrays and far instants. Not read from Debezium: further dimensions, and nulls among other than texts. */
function isTold({ type }: TriedType, value: Value): boolean {
  if (value !== null && isRefused(value)) {
    const { image } = readRefusal(value);
    const isInstant = type.kind === 'timestamptz' || type.kind === 'timestamp';
    return type.kind !== 'array' && (!isInstant || image.endsWith('infinity'));
  }
  if (type.kind !== 'array' || value === null) return true;
  const items = JSON.parse(value) as readonly unknown[];
  return items.every((item) => typeof item === 'string');
}
