/** What became of a transaction whose answer was lost: the answer to the question may be lost as well. */
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { testMongo } from '../../src/testing/servers/fixtures/test-mongo.js';
import { testPostgres } from '../../src/testing/servers/fixtures/test-postgres.js';
import { createTables } from '../tables.js';
import { inquireMongo } from './mongo-user.js';
import { inquireSql } from './sql-user.js';
import { type Inquire, marks } from './user.js';

const database = 'torture_inquire';
const { url } = await (await testPostgres()).freshDatabase();
const sql = new pg.Client({ connectionString: url });
const mongo = new MongoClient(testMongo().url);
await Promise.all([sql.connect(), mongo.connect()]);
await sql.query(createTables);
const { inquire: askSql, close } = inquireSql(url);
const askMongo = inquireMongo(mongo, database);

afterAll(async () => {
  await mongo.db(database).dropDatabase();
  await Promise.all([close(), sql.end(), mongo.close()]);
});

const answers = async (inquire: Inquire, id: string): Promise<unknown[]> => [
  await inquire({ id, writes: [], marked: true }),
  await inquire({ id, writes: [], marked: true }),
];

test('one that never was has failed, however often it is asked for', async () => {
  expect(await answers(askSql, 'never')).toEqual(['failed', 'failed']);
  expect(await answers(askMongo, 'never')).toEqual(['failed', 'failed']);
});

test('one that left its mark was acknowledged', async () => {
  await sql.query(`insert into ${marks} values ('was')`);
  await mongo.db(database).collection<{ _id: string }>(marks).insertOne({ _id: 'was' });
  expect(await answers(askSql, 'was')).toEqual(['acknowledged', 'acknowledged']);
  expect(await answers(askMongo, 'was')).toEqual(['acknowledged', 'acknowledged']);
});
