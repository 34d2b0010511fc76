import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { inFull } from '../long-form.js';
import { waitFor } from '../wait-for.js';
import { startConnect } from './connect-worker.js';
import { type TestMongoDatabase, testMongo } from './fixtures/test-mongo.js';
import { type TestDatabase, testPostgres } from './fixtures/test-postgres.js';
import { isAlive } from './is-alive.js';
import { kafkaMissing } from './kafka-missing.js';
import { startKafka } from './kafka-server.js';

const postgres = await testPostgres();
const mongoServer = testMongo();
const owner = fileURLToPath(new URL('./fixtures/kafka-owner.ts', import.meta.url));
const limitMs = 120_000;

const missing = await kafkaMissing('broker', 'connect');

describe.skipIf(missing !== null)('Kafka', { timeout: 300_000 }, () => {
  test('a parent that is killed leaves no broker and no folder', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, folder } = JSON.parse(line.toString()) as { pid: number; folder: string };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await waitFor(() => !isAlive(pid) && !existsSync(folder), {
      limitMs,
      what: 'the broker to end and its folder to go',
    });
  });

  test.skipIf(!inFull)(
    'a row crosses from PostgreSQL to MongoDB through a broker that was killed in between',
    async () => {
      const database = await postgres.freshDatabase();
      const documents = mongoServer.freshDatabase();
      const sql = new pg.Client({ connectionString: database.url });
      await sql.connect();
      const mongo = await new MongoClient(documents.url).connect();
      const kafka = await startKafka();
      const connect = await startConnect({ kafka: kafka.url });
      try {
        await sql.query('create table things (id int primary key, name text)');
        await connect.run('source', sourceOf(database));
        await connect.run('sink', { ...sinkOf(documents), topics: `${database.name}.public.things` });
        await kafka.kill();
        expect(kafka.pid).toBeNull();
        await sql.query(`insert into things values (1, 'one')`);
        await kafka.start();
        const things = mongo.db(documents.name).collection<{ _id: { id: number } }>('things');
        await waitFor(() => things.findOne({ _id: { id: 1 } }), { limitMs, what: 'the row to arrive' });
        await connect.halt('source');
        await expect(
          connect.run('wrong', { ...sinkOf(documents), topics: 'x', 'batch.size': 'many' }),
        ).rejects.toMatchObject({
          message: expect.stringMatching(/400.*batch\.size/s) as string,
        });
      } finally {
        await connect.stop();
        await kafka.stop();
        await mongo.close();
        await sql.end();
      }
      expect([kafka.dataDir, connect.dataDir].filter(existsSync)).toEqual([]);
    },
  );
});

function sourceOf({ url, name }: TestDatabase): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    'database.hostname': hostname,
    'database.port': port,
    'database.user': username,
    'database.password': password,
    'database.dbname': pathname.slice(1),
    'topic.prefix': name,
    'table.include.list': 'public.things',
    'slot.name': name,
    'publication.name': name,
    'slot.drop.on.stop': 'true',
    'snapshot.mode': 'no_data',
  };
}

function sinkOf({ url, name }: TestMongoDatabase): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.mongodb.MongoDbSinkConnector',
    'mongodb.connection.string': url,
    'sink.database': name,
    'collection.name.format': 'things',
  };
}
