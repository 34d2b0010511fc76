import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ref, user } from '../testing/mongodb/entities.js';
import { newLane, openTestSide } from '../testing/mongodb/test-side.js';
import { type MongoServer, startMongo } from '../testing/servers/mongo-server.js';

/** Fail points need a server that was started for tests. */
let server: MongoServer;
let admin: MongoClient;

beforeAll(async () => {
  server = await startMongo({ args: ['--setParameter', 'enableTestCommands=1'] });
  admin = await new MongoClient(server.url).connect();
});

afterEach(() => fail('off', {}));

afterAll(async () => {
  await admin.close();
  await server.stop();
});

async function fail(mode: 'off' | { times: number }, data: object): Promise<void> {
  await admin.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(mode === 'off' ? {} : { data }) });
}

test('a COMMIT whose answer is lost with the connection is written once', async () => {
  const side = await openTestSide({ url: server.url, name: 'lost' });
  const lane = await newLane(side);
  // The command is carried out, then answered with an error that leaves its outcome open.
  await fail({ times: 5 }, { failCommands: ['commitTransaction'], writeConcernError: { code: 64, errmsg: 'waiting' } });
  let asked = 0;
  const outcome = await lane.commit([ref('1')], () => {
    asked++;
    return {
      writes: [{ ...ref('1'), before: null, after: user(`attempt ${asked}`) }],
      hold: [],
      drop: [],
      settlements: [],
    };
  });
  expect(outcome).toMatchObject({ kind: 'committed', plan: { writes: [{ after: user('attempt 1') }] } });
  expect(asked).toBe(1);
  expect(await side.db.collection('users').findOne()).toMatchObject({ name: 'attempt 1' });
  expect(await lane.write([{ ...ref('1'), after: user('next') }])).toMatchObject({ kind: 'committed' });
});

test('a COMMIT that never arrived is done again', async () => {
  const side = await openTestSide({ url: server.url, name: 'closed' });
  const lane = await newLane(side);
  await fail({ times: 3 }, { failCommands: ['commitTransaction'], closeConnection: true });
  expect(await lane.write([{ ...ref('1'), after: user('a') }])).toMatchObject({ kind: 'committed' });
  expect(await side.db.collection('users').countDocuments()).toBe(1);
  expect((await side.store.takeOver(2, 1)).lanes[0]?.number).toBe(1);
});

test('a COMMIT that landed and then looks aborted is found by its number', async () => {
  const side = await openTestSide({ url: server.url, name: 'landed' });
  const lane = await newLane(side);
  const commit = lane.store.commit({
    lane: 0,
    previous: 0,
    number: 1,
    read: [],
    plan: () => ({ writes: [{ ...ref('1'), before: null, after: user('a') }], hold: [], drop: [], settlements: [] }),
  });
  expect(await commit).toMatchObject({ kind: 'committed' });
  // The same request again is what an engine's retry would be: the number stands there, so it was ours.
  await fail(
    { times: 1 },
    { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: ['TransientTransactionError'] },
  );
  lane.number = 1;
  expect(await lane.write([{ ...ref('1'), after: user('b') }])).toMatchObject({ kind: 'committed' });
  expect(await side.db.collection('users').findOne()).toMatchObject({ name: 'b' });
});

test('lost connections and elections in any statement are tried again', async () => {
  const side = await openTestSide({ url: server.url, name: 'flaky' });
  const lane = await newLane(side);
  for (const failCommands of [['update'], ['find'], ['insert'], ['commitTransaction']]) {
    for (const how of [
      { closeConnection: true },
      { errorCode: 112, errorLabels: ['TransientTransactionError'] },
      { errorCode: 10107 },
    ]) {
      await fail({ times: 2 }, { failCommands, ...how });
      expect(await lane.write([{ ...ref(String(lane.number)), after: user('x') }])).toMatchObject({
        kind: 'committed',
      });
    }
  }
  expect(await side.db.collection('users').countDocuments()).toBe(12);
});

test('a reader that loses its server fails with an error that passes, and a new one goes on', async () => {
  const side = await openTestSide({ url: server.url, name: 'reader' });
  const begin = await side.source.begin();
  const reader = await side.source.open(begin);
  await fail({ times: 1 }, { failCommands: ['getMore'], closeConnection: true });
  await expect(reader.next().then(() => reader.next())).rejects.toMatchObject({ retry: true });
  await side.db.collection<{ _id: number }>('users').insertOne({ _id: 1 });
  const again = await side.source.open(begin);
  expect(await again.next()).toMatchObject([{ kind: 'part', changes: [{ key: '1' }] }]);
  await again.close();
});

test('an expired token stops for safety', async () => {
  const side = await openTestSide({ url: server.url, name: 'expired' });
  const begin = await side.source.begin();
  await fail({ times: 1 }, { failCommands: ['aggregate'], errorCode: 286 });
  await expect(side.source.open(begin)).rejects.toMatchObject({ code: 'token_lost', kind: 'safety' });
});

test('after kill -9 of the server everything goes on', async () => {
  const side = await openTestSide({ url: server.url, name: 'killed' });
  const lane = await newLane(side);
  await lane.write([{ ...ref('1'), after: user('a') }]);
  await server.kill('SIGKILL');
  const writing = lane.write([{ ...ref('1'), after: user('b') }]);
  await server.start();
  expect(await writing).toMatchObject({ kind: 'committed' });
  expect(await side.db.collection('users').findOne()).toMatchObject({ name: 'b' });
});
