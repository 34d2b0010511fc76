/** The oplog's beginning against our place in it, with rights and without. */
import { MongoClient, type Timestamp } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestSide, type TestSide } from '../testing/mongodb/test-side.js';
import { type MongoServer, startMongo } from '../testing/servers/mongo-server.js';
import { oplogEnds } from './oplog.js';

let server: MongoServer;
let side: TestSide;
let position: string;

beforeAll(async () => {
  server = await startMongo({ auth: true });
  side = await openTestSide({ url: server.url, name: 'room' });
  position = await side.source.begin();
});
afterAll(() => server.stop());

const seconds = async (order: 1 | -1): Promise<number> => {
  const oplog = side.client.db('local').collection('oplog.rs');
  const entry = await oplog.findOne({}, { sort: { $natural: order } });
  return (entry?.['ts'] as Timestamp | undefined)?.getHighBits() ?? Number.NaN;
};

test('the window is from the oldest entry to our place, what is kept from there to the end', async () => {
  await side.store.takeOver(1, 1);
  await side.store.mark('on');
  const [oldest, room] = [await seconds(1), await side.logRoom(position)];
  const ours = Number.parseInt(position.slice(2, 10), 16);
  expect(room).toMatchObject({ unit: 'seconds', left: ours - oldest });
  expect(Math.abs((room?.kept ?? -9) - ((await seconds(-1)) - ours))).toBeLessThanOrEqual(1);
  // A place that the oplog has dropped already.
  const gone = `82${(oldest - 100).toString(16).toUpperCase()}${position.slice(10)}`;
  expect(await side.logRoom(gone)).toMatchObject({ left: 0, kept: expect.any(Number) as number });
  expect(await side.logRoom(null)).toBeNull();
});

test('without the right to read the oplog nothing is said, and the check says so; a monitor’s right is enough', async () => {
  const users: readonly { name: string; role: string; db: string }[] = [
    { name: 'blind', role: 'readWrite', db: 'room' },
    { name: 'monitor', role: 'clusterMonitor', db: 'admin' },
    { name: 'reader', role: 'read', db: 'local' },
  ];
  const seen: Record<string, boolean> = {};
  for (const { name, role, db } of users) {
    await side.client.db('admin').command({ createUser: name, pwd: 'word', roles: [{ role, db }] });
    const client = await new MongoClient(server.url.replace(/\/\/[^@]*@/, `//${name}:word@`)).connect();
    seen[name] = (await oplogEnds(client)) !== null;
    await client.close();
  }
  expect(seen).toEqual({ blind: false, monitor: true, reader: true });
});
