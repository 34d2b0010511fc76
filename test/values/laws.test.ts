/** The laws of canonical values, for every type pair, against a real PostgreSQL and the bytes of real BSON. */
import fc from 'fast-check';
import { BSON } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../src/model/record.js';
import { isRefused } from '../../src/model/refusal.js';
import { bsonCodec } from '../../src/mongodb/types.js';
import { sessionSettings, sqlCodec } from '../../src/postgres/types.js';
import { inFull } from '../../src/testing/long-form.js';
import { testPostgres } from '../../src/testing/servers/fixtures/test-postgres.js';
import { bsonValue } from './bson-values.js';
import { sqlText } from './sql-texts.js';
import { throughTable, validTexts } from './sql-values.js';
import { nameOf, triedTypes } from './types.js';

const cases = Number(process.env['VALUE_CASES'] ?? (inFull ? 10_000 : 4000));
const seed = Number(process.env['VALUE_SEED'] ?? Date.now() % 1_000_000);
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

/** The value part of `{v: value}`, which is what a codec is given. */
function read(codec: ReturnType<typeof bsonCodec>, value: unknown): Value {
  const bytes = Buffer.from(BSON.serialize({ v: value }, { ignoreUndefined: false }));
  return codec.fromBson(bytes[4] as number, bytes, 7, bytes.length - 1);
}

describe.each(triedTypes.map((tried) => ({ name: nameOf(tried), tried })))('$name', ({ tried }) => {
  const sql = sqlCodec(tried.type);
  const bson = bsonCodec(tried.type);
  const replay = `replay with VALUE_SEED=${seed}`;

  it('put(get(x), x) = x: what a row holds comes back from the document', async () => {
    const given = await validTexts(client, tried, fc.sample(sqlText(tried.type), { seed, numRuns: cases }));
    expect(given.length, 'values that the server takes').toBeGreaterThan(cases / 20);
    const printed = (await throughTable(client, tried, given)).filter((text) => !text.startsWith('!'));
    const crossed = printed.map((text) => sql.fromText(text));
    expect(crossed.filter((value) => !isRefused(value)).length).toBeGreaterThan(cases / 50);
    crossed.forEach((value, i) => {
      if (value === null || isRefused(value)) return;
      if (read(bson, bson.toBson(value)) !== value)
        expect(read(bson, bson.toBson(value)), `${replay}: ${printed[i]}`).toBe(value);
    });
  });

  it('get(put(y)) = N(y), or it is refused: what a document holds comes back from the row', async () => {
    const given = fc.sample(bsonValue(tried.type), { seed, numRuns: cases });
    const crossing = given
      .map((y) => ({ y, value: read(bson, y) }))
      .filter((each) => each.value !== null && !isRefused(each.value));
    expect(crossing.length, 'values that cross').toBeGreaterThan(cases / 50);
    const printed = await throughTable(
      client,
      tried,
      crossing.map(({ value }) => sql.toText(value as string)),
    );
    crossing.forEach(({ y, value }, i) => {
      const back = sql.fromText(printed[i] as string);
      if (back !== value)
        expect(
          back,
          `${replay}: ${BSON.EJSON.stringify(y)} written as ${sql.toText(value as string)}, printed ${printed[i]}`,
        ).toBe(value);
      if (read(bson, bson.toBson(value as string)) !== value)
        expect(read(bson, bson.toBson(value as string)), replay).toBe(value);
    });
  });
});
