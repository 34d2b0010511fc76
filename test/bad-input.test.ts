/** Bad input: each kind is a clear message or a record that waits with its reason, and everything else goes on crossing. */
import { Decimal128, Double, ObjectId } from 'mongodb';
import { beforeAll, expect, test } from 'vitest';
import { IsthmusError, type StartedSync } from '../src/index.js';
import { freePort } from '../src/testing/servers/free-port.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startChild } from './child-sync.js';
import { conflictsOf, expectEqual, type Rig, settle, testRigs } from './rig.js';

const rigs = await testRigs();
const schema = `
create type mood as enum ('glad', 'sad');
create table things (id int primary key, title text, n int, amount numeric, feeling mood);
create table keyless (id int);
create table fine (id int primary key, n int);
`;
const entities = [{ table: 'things' }, { table: 'fine' }];
const pair = { table: 'things', key: ['id'] };
let rig: Rig;

beforeAll(async () => {
  rig = await rigs.open({ schema, config: { entities } });
});

/** The error that the start ends with. */
async function refusal(config: object): Promise<IsthmusError> {
  const error = await rig.start({}, config as never).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IsthmusError);
  return error as IsthmusError;
}

test('a wrong key in the configuration is named, with the nearest one', async () => {
  const error = await refusal({ entities: [{ table: 'things', colection: 'x' }] });
  expect(error).toMatchObject({ code: 'configuration_invalid', kind: 'usage' });
  expect(error.message + error.remedy).toMatch(/colection.*collection/s);
});

test('an unknown strategy or rule is named, with the nearest one', async () => {
  const strategy = await refusal({ entities: [{ table: 'things', conflict: { strategy: 'prefer_mongo' } }] });
  expect(strategy).toMatchObject({ code: 'configuration_invalid', kind: 'usage' });
  expect(strategy.message + strategy.remedy).toMatch(/strategy.*prefer_mongodb/s);
  const rule = await refusal({
    entities: [{ table: 'things', conflict: { strategy: 'merge', fields: { n: 'countr' } } }],
  });
  expect(rule.code).toBe('configuration_invalid');
  expect(rule.message + rule.remedy).toMatch(/fields\.n .*did you mean "counter"/s);
});

/** A table's policy, and what must be said of it and of the way out. */
const badPolicies: readonly (readonly [string, object, RegExp, RegExp])[] = [
  [
    'a rule that does not fit the column’s type',
    { strategy: 'merge', fields: { title: 'counter' } },
    /public\.things: title \(text\): the rule counter needs a number/,
    /one of these for it: .*text/,
  ],
  [
    'rules under a strategy that decides the whole record',
    { strategy: 'lww', fields: { n: 'max' } },
    /lww decides the whole record/,
    /merge/,
  ],
  [
    'a column that is not there',
    { strategy: 'merge', fields: { titel: 'text' } },
    /no mapped column or field titel.*title/,
    /./,
  ],
  ['the key', { strategy: 'merge', fields: { id: 'max' } }, /id is the key/, /Remove/],
  [
    'a flag that the column can never be',
    { strategy: 'merge', fields: { n: { flag: 'feeling', sql: ['glad'], mongodb: ['cross'] } } },
    /feeling \(public\.mood\) can never be "cross"/,
    /glad, sad/,
  ],
  ['custom without a module', { strategy: 'custom' }, /the strategy custom needs a module/, /module/],
  [
    'a vector that is no json',
    { strategy: 'version_vector', vector: 'n' },
    /n \(integer\) cannot hold a version vector/,
    /json/,
  ],
];

test.each(badPolicies)('a policy that cannot work is told at the start: %s', async (_, conflict, message, remedy) => {
  const error = await refusal({ entities: [{ table: 'things', conflict }] });
  expect(error).toMatchObject({ code: 'policy_invalid', kind: 'usage' });
  expect(error.message).toMatch(message);
  expect(error.remedy).toMatch(remedy);
});

test('all that is wrong with a policy is told at once, and ends the process with 2', async () => {
  const conflict = { strategy: 'merge', fields: { title: 'max', feeling: 'text' } };
  const child = await startChild(rig, { config: { entities: [{ table: 'things', conflict }] } as never });
  expect((await child.ended).code).toBe(2);
  expect(child.said()).toMatch(/policy_invalid: .*title \(text\).*feeling \(public\.mood\)/s);
});

test('a wrong password is refused without being told', async () => {
  const url = new URL(rig.sqlUrl);
  url.password = 'wrong-secret';
  const error = await refusal({ sql: { url: url.href } });
  expect(error.code).toBe('authentication_failed');
  expect(error.message + error.remedy).not.toContain('wrong-secret');
});

test.each(['sql', 'mongodb'] as const)('%s that does not answer is told, and ends the process with 3', async (side) => {
  const port = await freePort();
  const url =
    side === 'sql'
      ? `postgres://u:hidden@127.0.0.1:${port}/x`
      : `mongodb://u:hidden@127.0.0.1:${port}/?serverSelectionTimeoutMS=1000`;
  const child = await startChild(rig, { config: { [side]: side === 'sql' ? { url } : { url, database: 'x' } } });
  expect({ ...(await child.ended), said: child.said() }).toMatchObject({ code: 3 });
  expect(child.said()).toContain(`${side}_unreachable:`);
  expect(child.said()).not.toContain('hidden');
});

test('a missing table is told with the nearest name; a table without key with the statement that makes one', async () => {
  const missing = await refusal({ entities: [{ table: 'thing' }] });
  expect(missing).toMatchObject({ code: 'mapping_invalid' });
  expect(missing.message).toContain('things');
  const keyless = await refusal({ entities: [{ table: 'keyless' }] });
  expect(keyless).toMatchObject({ code: 'mapping_invalid' });
  expect(keyless.message + keyless.remedy).toMatch(/primary key/);
});

interface Bad {
  readonly what: string;
  readonly document: object;
  readonly kind: string;
  readonly reason: RegExp;
}

const badDocuments: readonly Bad[] = [
  { what: 'NUL in a string', document: { _id: 1, title: 'a\u0000b' }, kind: 'type_mismatch', reason: /NUL/ },
  {
    what: 'NaN where an integer stands',
    document: { _id: 2, n: new Double(Number.NaN) },
    kind: 'type_mismatch',
    reason: /n cannot cross/,
  },
  {
    what: 'a fraction where an integer stands',
    document: { _id: 3, n: 1.5 },
    kind: 'type_mismatch',
    reason: /n cannot cross/,
  },
  {
    what: 'an unknown enum value',
    document: { _id: 4, feeling: 'cross' },
    kind: 'type_mismatch',
    reason: /feeling cannot cross/,
  },
  {
    what: 'a document where a text stands',
    document: { _id: 5, title: { a: 1 } },
    kind: 'structural',
    reason: /title cannot cross/,
  },
  {
    what: 'an ObjectId for an integer key',
    document: { _id: new ObjectId(), title: 'key' },
    kind: 'type_mismatch',
    reason: /key cannot cross/,
  },
];

test('values that PostgreSQL cannot hold wait for a person with their reason; other records of the same transaction cross', async () => {
  const sync = await rig.start();
  const things = rig.db.collection('things');
  const session = rig.mongo.startSession();
  await session.withTransaction(async () => {
    for (const { document } of badDocuments) await things.insertOne(document as never, { session });
    await things.insertOne({ _id: 50 as never, title: 'good' }, { session });
  });
  await session.endSession();
  await waitFor(() => sync.status().conflicts.pending === badDocuments.length, { what: 'a pending conflict for each' });
  await waitFor(async () => (await rig.sql.query('select 1 from things where id = 50')).rowCount === 1, {
    what: 'the good record to cross',
  });
  const conflicts = await conflictsOf(rig);
  for (const { what, kind, reason } of badDocuments) {
    expect(
      conflicts.filter((conflict) => conflict.kind === kind && reason.test(String(conflict['reason']))),
      what,
    ).not.toEqual([]);
    for (const conflict of conflicts) expect(String(conflict['reason'])).not.toContain('cross)');
  }
  // Mended at the source, they cross and close by themselves.
  await things.updateMany(
    { _id: { $in: [1, 2, 3, 4, 5] } as never },
    { $set: { title: 'mended', n: 1, feeling: 'glad' } },
  );
  await things.deleteMany({ _id: { $type: 'objectId' } });
  await waitFor(() => sync.status().conflicts.pending === 0, { what: 'the conflicts to close' });
  await expectEqual(rig, sync, [pair]);
  await sync.stop();
});

test('NaN and many digits in a numeric: what Decimal128 holds crosses both ways, what it cannot hold waits', async () => {
  const sync = await rig.start();
  await rig.sql.query(
    `insert into things (id, amount) values (100, 'NaN'), (101, 'Infinity'), (102, 1234567890123456789012345678901234), (103, 0.1234567890123456789012345678901234567890123)`,
  );
  await rig.db.collection('things').insertOne({ _id: 104 as never, amount: Decimal128.fromString('NaN') });
  await waitFor(() => sync.status().conflicts.pending === 1, { what: 'the pending conflict' });
  await settle(sync);
  expect(await rig.db.collection('things').findOne({ _id: 100 as never })).toMatchObject({
    amount: Decimal128.fromString('NaN'),
  });
  expect((await rig.sql.query('select amount::text from things where id = 104')).rows).toEqual([{ amount: 'NaN' }]);
  const [conflict] = await conflictsOf(rig, { state: 'pending' });
  expect(conflict).toMatchObject({ kind: 'type_mismatch', key: 103 });
  await rig.sql.query('delete from things where id = 103');
  await waitFor(() => sync.status().conflicts.pending === 0, { what: 'the conflict to close' });
  await expectEqual(rig, sync, [pair]);
  await sync.stop();
});

/** Whichever of the two it is that waits. */
function waiting(sync: StartedSync): number {
  return sync.status().deadLetters + sync.status().conflicts.pending;
}

test('a 20 MB text waits with its reason; the rest goes on, and it crosses once it is smaller', async () => {
  const sync = await rig.start();
  await rig.sql.query(`insert into things (id, title) values (200, repeat('x', 20000000)), (201, 'small')`);
  await waitFor(() => waiting(sync) === 1, { what: 'the record that waits', limitMs: 30_000 });
  await waitFor(() => rig.db.collection('things').findOne({ _id: 201 as never }), {
    what: 'the small record to cross',
  });
  const metadata = rig.mongo.db('sync_metadata');
  const [letter] = [
    ...(await metadata.collection('dead_letters').find({ name: rig.name }).toArray()),
    ...(await conflictsOf(rig, { state: 'pending' })),
  ];
  expect(JSON.stringify(letter)).toMatch(/too_large|larger than/);
  await rig.sql.query(`update things set title = 'smaller' where id = 200`);
  await waitFor(() => waiting(sync) === 0, { what: 'it to cross', limitMs: 40_000 });
  await expectEqual(rig, sync, [pair]);
  await sync.stop();
});

test('what waits is still there after a restart', async () => {
  const sync = await rig.start();
  await rig.sql.query(`insert into things (id, title) values (300, repeat('y', 20000000))`);
  await rig.db.collection('things').insertOne({ _id: 301 as never, n: 'no number' });
  await waitFor(() => waiting(sync) === 2, { what: 'both to wait', limitMs: 30_000 });
  await sync.stop();
  const again = await rig.start();
  await settle(again);
  expect(waiting(again)).toBe(2);
  await rig.sql.query('delete from things where id = 300');
  await rig.db.collection('things').deleteOne({ _id: 301 as never });
  await waitFor(() => waiting(again) === 0, { what: 'both to close', limitMs: 40_000 });
  await expectEqual(rig, again, [pair]);
  await again.stop();
});
