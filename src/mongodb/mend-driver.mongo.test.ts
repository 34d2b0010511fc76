/** A server that takes nothing more, and a command that was not sent to its end when its connection is given up. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { MongoClient, MongoNetworkTimeoutError } from 'mongodb';
import { afterAll, expect, test } from 'vitest';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { mendDriver } from './mend-driver.js';

const { url } = testMongo();
const sockets: Socket[] = [];
const proxy = createServer((client) => {
  const server = connect(Number(new URL(url).port), '127.0.0.1');
  client.pipe(server).pipe(client);
  for (const socket of [client, server]) socket.on('error', () => undefined);
  sockets.push(client, server);
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const { port } = proxy.address() as AddressInfo;

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

test('fails in time, where it would wait for ever', async () => {
  mendDriver();
  const direct = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const client = await new MongoClient(direct, { socketTimeoutMS: 500 }).connect();
  try {
    for (const socket of sockets) socket.unpipe().pause();
    // Far more than the buffers of both sockets take.
    const documents = Array.from({ length: 60 }, () => ({ text: 'x'.repeat(200_000) }));
    await expect(client.db('mend_driver').command({ insert: 'never', documents })).rejects.toThrow(
      MongoNetworkTimeoutError,
    );
  } finally {
    await client.close();
  }
});
