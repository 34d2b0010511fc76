import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { inFull } from '../long-form.js';
import { waitFor } from '../wait-for.js';
import { isAlive } from './is-alive.js';
import { startMongo } from './mongo-server.js';
import { startPostgres } from './postgres-server.js';

const owner = fileURLToPath(new URL('./fixtures/server-owner.ts', import.meta.url));

/** In the short form of the worst end only. */
const ends = inFull ? (['SIGKILL', 'SIGINT', 'SIGTERM'] as const) : (['SIGKILL'] as const);

describe.each(ends)('a parent that ends by %s', (signal) => {
  test('leaves no server and no folder', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pids, folders } = JSON.parse(line.toString()) as { pids: number[]; folders: string[] };
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill(signal);
    await waitFor(() => !pids.some(isAlive) && !folders.some((folder) => existsSync(folder)), {
      what: 'the servers to end and their folders to go',
    });
  });
});

test('PostgreSQL keeps its data through kill -9 and start, and loses them at stop', async () => {
  const server = await startPostgres();
  try {
    await query(server.url, 'create table kept (id int primary key)');
    await server.kill();
    expect(server.pid).toBeNull();
    await server.start();
    expect(await query(server.url, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  } finally {
    await server.stop();
  }
  expect(existsSync(server.dataDir)).toBe(false);
});

test('MongoDB with passwords refuses a wrong one, and starts again after kill -9', async () => {
  const server = await startMongo({ auth: true });
  try {
    await server.kill();
    await server.start();
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(countUsers(wrong.href)).rejects.toMatchObject({ codeName: 'AuthenticationFailed' });
    expect(await countUsers(server.url)).toBe(1);
  } finally {
    await server.stop();
  }
});

test('a set of three elects another primary when the first is killed', async () => {
  const server = await startMongo({ members: 3 });
  const client = new MongoClient(server.url);
  try {
    const things = client.db('test').collection<{ _id: number }>('things');
    await things.insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } });
    await server.members[0]?.kill();
    // The driver tries a write twice; on a busy machine an election takes longer.
    const write = () =>
      things.updateOne({ _id: 2 }, { $set: { a: 2 } }, { upsert: true, writeConcern: { w: 'majority' } });
    await waitFor(
      () =>
        write().then(
          () => true,
          () => false,
        ),
      { what: 'another primary', limitMs: 30_000 },
    );
    expect(await things.countDocuments()).toBe(2);
  } finally {
    await client.close();
    await server.stop();
  }
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function countUsers(url: string): Promise<number> {
  const client = new MongoClient(url);
  try {
    return await client.db('admin').collection('system.users').countDocuments();
  } finally {
    await client.close();
  }
}
