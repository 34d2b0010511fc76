import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.js';
import { silentLogger } from '../base/logger.js';
import { entity, field, users } from '../testing/mongodb/entities.js';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { startMongo } from '../testing/servers/mongo-server.js';
import { openMongo } from './open.js';

const mongo = testMongo();
const entities = new Map([[users.name, users]]);
const deps = { clock: systemClock, log: silentLogger, entities };

test('prepare says what it does, does it once, and teardown takes away what it stored', async () => {
  const { url, name } = mongo.freshDatabase();
  const client = await new MongoClient(url).connect();
  const db = client.db(name);
  await db.createCollection('users');
  const side = await openMongo({ url, database: name, name, ...deps });
  const said: string[] = [];
  const onStatement = (statement: string): void => void said.push(statement);
  const images = async (): Promise<unknown> =>
    ((await db.listCollections({ name: 'users' }).toArray()) as { options?: object }[])[0]?.options;

  await side.prepare({ dryRun: true, onStatement });
  expect(said.join('\n')).toContain(
    `db.getSiblingDB("${name}").runCommand({"collMod":"users","changeStreamPreAndPostImages":{"enabled":true}})`,
  );
  expect((await db.listCollections().toArray()).map((info) => info.name)).toEqual(['users']);

  await side.prepare({ dryRun: false, onStatement });
  expect(await images()).toEqual({ changeStreamPreAndPostImages: { enabled: true } });
  said.length = 0;
  await side.prepare({ dryRun: false, onStatement });
  expect(said).toEqual([]);

  await side.store.takeOver(1, 2);
  await side.store.mark('m');
  await side.teardown({ dryRun: false, onStatement });
  expect(await images()).toEqual({});
  // Emptied, never dropped: another sync may store its first document in one of them at this moment.
  const left = await db.listCollections().toArray();
  expect(left.map((info) => info.name).sort()).toEqual(['isthmus_held', 'isthmus_progress', 'users']);
  for (const { name: collection } of left) expect(await db.collection(collection).countDocuments()).toBe(0);
  expect(said.join('\n')).not.toContain('"drop"');
  said.length = 0;
  await side.teardown({ dryRun: false, onStatement });
  expect(said).toEqual([]);
  await side.close();
  await client.close();
});

test('before-images that somebody else switched on stay', async () => {
  const { url, name } = mongo.freshDatabase();
  const client = await new MongoClient(url).connect();
  await client.db(name).createCollection('users', { changeStreamPreAndPostImages: { enabled: true } });
  const side = await openMongo({ url, database: name, name, ...deps });
  await side.prepare({ dryRun: false, onStatement: () => {} });
  await side.teardown({ dryRun: false, onStatement: () => {} });
  expect(await client.db(name).listCollections({ name: 'users' }).toArray()).toMatchObject([
    { options: { changeStreamPreAndPostImages: { enabled: true } } },
  ]);
  await side.close();
  await client.close();
});

test('inspect: good, then before-images off, keys of a wrong type, a collation, a view', async () => {
  const texts = entity('texts', [field('id', 'text', 'text')], []);
  const views = entity('views', [field('id', 'text', 'text')], []);
  const side = await openTestSide(mongo.freshDatabase(), [users]);
  const good = await side.inspect();
  expect(good.filter(({ state }) => state === 'failed')).toEqual([]);
  expect(good.find(({ id }) => id === 'mongodb.before_images.users')?.state).toBe('ok');

  await side.db.command({ collMod: 'users', changeStreamPreAndPostImages: { enabled: false } });
  await side.db.collection<{ _id: string | number }>('users').insertMany([{ _id: 1 }, { _id: 'secret' }]);
  await side.db.createCollection('texts', { collation: { locale: 'en', strength: 2 } });
  await side.db.createCollection('views', { viewOn: 'users', pipeline: [] });
  const worse = await openMongo({
    url: side.url,
    database: side.name,
    name: side.name,
    ...deps,
    entities: new Map([users, texts, views].map((each) => [each.name, each])),
  });
  const findings = await worse.inspect();
  await worse.close();
  const states = Object.fromEntries(findings.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({
    'mongodb.version': 'warning',
    'mongodb.topology': 'ok',
    'mongodb.before_images.users': 'warning',
    'mongodb.keys.users': 'warning',
    'mongodb.collation.texts': 'failed',
    'mongodb.collection.views': 'failed',
  });
  expect(JSON.stringify(findings)).not.toContain('secret');
  expect(findings.every(({ state, remedy }) => (state === 'ok') === (remedy === null))).toBe(true);
});

test('a standalone server, a wrong password and missing rights are told with their remedy', async () => {
  const [standalone, locked] = await Promise.all([startMongo({ standalone: true }), startMongo({ auth: true })]);
  try {
    const lone = await openMongo({ url: standalone.url, database: 'shop', name: 'shop', ...deps });
    expect((await lone.inspect()).find(({ id }) => id === 'mongodb.topology')).toMatchObject({
      state: 'failed',
      remedy: expect.stringContaining('--replSet') as string,
    });
    await lone.close();

    const wrong = new URL(locked.url.replace(/^mongodb:/, 'http:'));
    wrong.password = 'not-it';
    await expect(
      openMongo({ url: wrong.href.replace(/^http:/, 'mongodb:'), database: 'shop', name: 'shop', ...deps }),
    ).rejects.toMatchObject({ code: 'authentication_failed' });

    const client = await new MongoClient(locked.url).connect();
    await client
      .db('admin')
      .command({ createUser: 'weak', pwd: 'weak-password', roles: [{ role: 'readWrite', db: 'shop' }] });
    await client.close();
    const url = locked.url.replace(/\/\/[^@]*@/, '//weak:weak-password@');
    const weak = await openMongo({ url, database: 'shop', name: 'shop', ...deps });
    const findings = await weak.inspect();
    expect(findings.find(({ id }) => id === 'mongodb.rights.shop')).toMatchObject({
      state: 'failed',
      what: expect.stringContaining('collMod') as string,
      remedy: expect.stringContaining('grantRolesToUser("weak"') as string,
    });
    expect(findings.find(({ id }) => id === 'mongodb.rights.sync_metadata')).toMatchObject({ state: 'failed' });
    expect(findings.find(({ id }) => id === 'mongodb.oplog')).toMatchObject({
      state: 'warning',
      what: expect.stringContaining('may not be read') as string,
      remedy: expect.stringContaining('db: "local"') as string,
    });
    await expect(weak.prepare({ dryRun: false, onStatement: () => {} })).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await weak.close();
  } finally {
    await Promise.all([standalone.stop(), locked.stop()]);
  }
});

test('a server that does not answer is told as such', async () => {
  await expect(
    openMongo({ url: 'mongodb://127.0.0.1:1', database: 'shop', name: 'shop', timeoutMs: 500, ...deps }),
  ).rejects.toMatchObject({ code: 'mongodb_unreachable', retry: true });
});
