import { Binary, Double, Long, ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import type { ConflictRecord } from '../model/conflict.js';
import { recordId, type State } from '../model/record.js';
import { isRefused, refuse } from '../model/refusal.js';
import { entity, field, ref, user, users } from '../testing/mongodb/entities.js';
import { Lane, newLane, openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { RawDocument } from './records.js';

const mongo = testMongo();
type Doc = { _id: number; [name: string]: unknown };
interface StoredConflict {
  readonly internal: { readonly sql: { readonly raw: string }; readonly mongodb: { readonly raw: Binary } };
}
/** Documents with an `_id` of any kind. */
const docs = (all: readonly object[]): Doc[] => all as Doc[];
const none = { writes: [], hold: [], drop: [], settlements: [] };

test('inserts, updates and deletes; what is not mapped or equal in another type stays', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  const collection = side.db.collection<Doc>('users');
  await collection.insertMany(
    docs([
      { _id: new Double(1), name: 'a', age: new Double(3), other: 'kept' },
      { _id: 2, name: 'gone' },
    ]),
  );
  const outcome = await lane.write([
    { ...ref('1'), after: user('b', '3') },
    { ...ref('2'), after: null },
    { ...ref('3'), after: user('new', null, '{"b":1,"a":[1]}') },
  ]);
  expect(outcome).toMatchObject({ kind: 'committed' });
  const found = await collection.find({}, { promoteValues: false }).sort({ _id: 1 }).toArray();
  expect(found).toMatchObject([
    { _id: new Double(1), name: 'b', age: new Double(3), other: 'kept' },
    { _id: Long.fromNumber(3), name: 'new' },
  ]);
  expect(Object.keys(found[1] ?? {})).toEqual(['_id', 'name', 'data']);
  await lane.write([{ ...ref('1'), after: user(null, '3') }]);
  expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, age: 3, other: 'kept' });
});

test('the plan sees what stands there, and null means that nothing is done', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db.collection<Doc>('users').insertOne({ _id: 1, name: 'a' });
  let seen: ReadonlyMap<string, State> = new Map();
  const outcome = await lane.commit([ref('1'), ref('2')], (found) => {
    seen = found;
    return null;
  });
  expect(outcome).toMatchObject({ kind: 'committed', plan: null });
  expect([...seen]).toEqual([
    [recordId(ref('1')), user('a')],
    [recordId(ref('2')), null],
  ]);
  expect((await side.store.takeOver(2, 1)).lanes).toEqual([{ lane: 0, number: 0, saved: null }]);
});

test('saved is kept, replaced, and the plan’s own wins', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await lane.commit([], () => none, { save: { a: [1, null, 'x'] } });
  await lane.commit([], () => none);
  expect((await side.store.takeOver(2, 2)).lanes).toEqual([
    { lane: 0, number: 2, saved: { a: [1, null, 'x'] } },
    { lane: 1, number: 0, saved: null },
  ]);
  await lane.commit([], () => ({ ...none, save: 'plan' }), { save: 'request' });
  expect((await side.store.takeOver(3, 1)).lanes.map(({ saved }) => saved)).toEqual(['plan', null]);
  expect(await side.store.epoch()).toBe(3);
});

test('names that are paths or operators elsewhere are plain names here', async () => {
  const odd = entity(
    'odd',
    [field('id', 'text', 'text')],
    ['a.b', '$x', '', '__proto__', '2', '1', '$set', 'plain'].map((name) => field(name, 'text', 'text')),
  );
  const side = await openTestSide(mongo.freshDatabase(), [odd]);
  const lane = await newLane(side);
  const full = ['q', '$name', '{$', 'p', 'two', 'one', '$$ROOT', 'r'];
  const at = ref('$key.a', odd);
  const standing = async (): Promise<unknown> =>
    (await side.store.read([at], { locked: false, raw: false })).get(recordId(at))?.state;
  await lane.write([{ ...at, after: full }]);
  expect(await standing()).toEqual(full);
  const changed = full.map((value, index) => (index === 7 ? value : `${value}!`));
  await lane.write([{ ...at, after: changed }]);
  expect(await standing()).toEqual(changed);
  const emptied = [null, null, null, null, null, null, null, 'r'];
  await lane.write([{ ...at, after: emptied }]);
  expect(await standing()).toEqual(emptied);
  expect(await side.db.collection<Doc>('odd').findOne()).toEqual({ _id: '$key.a', plain: 'r' });
});

test('a secondary unique index refuses by its name and without the value, and nothing is written', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db.collection<Doc>('users').createIndex({ name: 1 }, { unique: true, name: 'one_name' });
  await side.db.collection<Doc>('users').insertOne({ _id: 1, name: 'secret' });
  const outcome = await lane.write([
    { ...ref('5'), after: user('other') },
    { ...ref('2'), after: user('secret') },
  ]);
  expect(outcome).toMatchObject({
    kind: 'refused',
    refusal: { code: 'unique_violation', reason: expect.stringContaining('one_name') as string },
  });
  expect(JSON.stringify(outcome)).not.toContain('secret');
  expect(await side.db.collection<Doc>('users').countDocuments()).toBe(1);
  expect(await lane.write([{ ...ref('5'), after: user('other') }])).toMatchObject({ kind: 'committed' });
});

test('in order: a unique value moves from one record to the next', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db.collection<Doc>('users').createIndex({ name: 1 }, { unique: true });
  await lane.write([
    { ...ref('1'), after: user('a') },
    { ...ref('2'), after: user('b') },
  ]);
  const moves = [
    { ...ref('1'), before: user('a'), after: user('c') },
    { ...ref('2'), before: user('b'), after: user('a') },
    { ...ref('1'), before: user('c'), after: user('b') },
    { ...ref('3'), before: null, after: user('x') },
    { ...ref('3'), before: user('x'), after: null },
  ];
  const outcome = await lane.commit([ref('1'), ref('2'), ref('3')], () => ({ ...none, ordered: true, writes: moves }));
  expect(outcome.kind).toBe('committed');
  expect(await side.db.collection<Doc>('users').find().sort({ _id: 1 }).toArray()).toMatchObject([
    { _id: 1, name: 'b' },
    { _id: 2, name: 'a' },
  ]);
});

test('validators and documents of more than 16 MB are refusals', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db.command({ collMod: 'users', validator: { age: { $lt: 10 } } });
  expect(await lane.write([{ ...ref('1'), after: user('secret', '11') }])).toMatchObject({
    kind: 'refused',
    refusal: { code: 'check_violation' },
  });
  expect(await lane.write([{ ...ref('1'), after: user('x'.repeat(17_000_000), '1') }])).toMatchObject({
    kind: 'refused',
    refusal: { code: 'too_large' },
  });
  expect(await lane.write([{ ...ref('1'), after: user('x'.repeat(9_000_000), '1') }])).toMatchObject({
    kind: 'committed',
  });
  await side.db.collection<Doc>('users').updateOne({ _id: 1 }, { $set: { other: 'z'.repeat(7_000_000) } });
  expect(await lane.write([{ ...ref('1'), after: user('y'.repeat(10_000_000), '1') }])).toMatchObject({
    kind: 'refused',
    refusal: { code: 'too_large' },
  });
  const many = Array.from({ length: 6 }, (_, i) => ({
    ...ref(String(10 + i)),
    after: user('x'.repeat(7_000_000), '1'),
  }));
  expect(await lane.write(many)).toMatchObject({ kind: 'committed' });
});

test('rehearse does everything and leaves nothing', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  const writes = [{ ...ref('1'), before: null, after: user('a') }];
  expect(await lane.commit([ref('1')], () => ({ ...none, writes }), { rehearse: true })).toMatchObject({
    kind: 'committed',
    plan: { writes },
  });
  expect(await side.db.collection('users').countDocuments()).toBe(0);
  expect(await lane.write([{ ...ref('1'), after: user('b') }])).toMatchObject({ kind: 'committed' });
});

test('a write of an application in between is seen: the plan is asked again', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  const collection = side.db.collection<Doc>('users');
  await collection.insertMany([
    { _id: 1, name: 'a' },
    { _id: 2, name: 'a' },
  ]);
  const asked: State[] = [];
  const writing: Promise<unknown>[] = [];
  const application = side.client.startSession();
  application.startTransaction();
  await collection.updateOne({ _id: 1 }, { $set: { name: 'theirs' } }, { session: application });
  const outcome = await lane.commit([ref('1')], (found) => {
    const before = found.get(recordId(ref('1'))) ?? null;
    asked.push(before);
    if (asked.length === 1) writing.push(application.commitTransaction());
    return { ...none, writes: [{ ...ref('1'), before, after: user('ours') }] };
  });
  await Promise.all(writing);
  await application.endSession();
  expect(outcome.kind).toBe('committed');
  expect(asked[0]).toEqual(user('a'));
  expect(asked.at(-1)).toEqual(user('theirs'));
});

test('what was taken for absent and is there is read by the next attempt', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db.collection<Doc>('users').insertOne({ _id: 1, name: 'theirs' });
  const asked: (readonly State[])[] = [];
  const refs = [ref('1'), ref('2')];
  const outcome = await lane.commit(
    refs,
    (found) => {
      const before = refs.map((one) => found.get(recordId(one)) ?? null);
      asked.push(before);
      const writes = refs.map((one, at) => ({ ...one, before: before[at] ?? null, after: user('ours') }));
      return { ...none, writes };
    },
    { absent: new Set(refs.map(recordId)) },
  );
  expect(outcome.kind).toBe('committed');
  expect(asked).toEqual([
    [null, null],
    [user('theirs'), null],
  ]);
  expect(await side.db.collection<Doc>('users').countDocuments({ name: 'ours' })).toBe(2);
});

test('a record that appears in between is no refusal', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  const asked: State[] = [];
  const inserting: Promise<unknown>[] = [];
  const application = side.client.startSession();
  application.startTransaction();
  await side.db.collection<Doc>('users').insertOne({ _id: 1, name: 'theirs' }, { session: application });
  const outcome = await lane.commit([ref('1')], (found) => {
    const before = found.get(recordId(ref('1'))) ?? null;
    asked.push(before);
    if (asked.length === 1) inserting.push(application.commitTransaction());
    return { ...none, writes: [{ ...ref('1'), before, after: user('ours') }] };
  });
  await Promise.all(inserting);
  await application.endSession();
  expect(outcome.kind).toBe('committed');
  expect([asked[0], asked.at(-1)]).toEqual([null, user('theirs')]);
});

test('lanes commit at the same time, also to the same record', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  await side.store.takeOver(1, 3);
  const lanes = [0, 1, 2].map((lane) => new Lane(side.store, lane));
  for (let round = 0; round < 10; round++) {
    const outcomes = await Promise.all(
      lanes.map((lane) =>
        lane.write([
          { ...ref('1'), after: user(`${lane.lane}/${round}`) },
          { ...ref(`1${lane.lane}`), after: user('x', String(round)) },
        ]),
      ),
    );
    expect(outcomes.every(({ kind }) => kind === 'committed')).toBe(true);
  }
  expect((await side.store.takeOver(2, 3)).lanes.map(({ number }) => number)).toEqual([10, 10, 10]);
});

test('held rows come back as they were, with fields of a later mapping', async () => {
  const names = mongo.freshDatabase();
  const side = await openTestSide(names);
  const lane = await newLane(side);
  const odd = refuse({ kind: 'type_mismatch', reason: 'r', image: '\ud800 "x"' });
  const rows = [
    {
      ...ref('1'),
      base: null,
      tip: user('a', null, odd),
      time: 5,
      span: { first: '7', last: '9223372036854775809' },
      begun: 3,
      since: 1_700_000_000_000,
    },
    {
      ...ref(refuse({ kind: 'type_mismatch', reason: 'k', image: '{"$oid":"65b000000000000000000001"}' })),
      base: user('b'),
      tip: null,
      time: null,
      span: null,
      begun: 0,
      since: 9,
    },
    { ...ref('3'), base: user('b'), tip: user('c'), time: 'load' as const, span: null, begun: 0, since: 9 },
  ];
  await lane.commit([], () => ({ ...none, hold: rows }));
  await lane.commit([], () => ({
    ...none,
    drop: [ref('3'), ref('404')],
    hold: [{ ...(rows[1] as (typeof rows)[1]), begun: 8 }],
  }));
  expect((await side.store.takeOver(2, 1)).held).toEqual([rows[0], { ...rows[1], begun: 8 }]);

  const later = entity('users', users.key, [field('city', 'text', 'text'), field('name', 'text', 'text')]);
  const after = await openTestSide(names, [later]);
  expect((await after.store.takeOver(3, 1)).held.map(({ tip }) => tip)).toEqual([[null, 'a'], null]);
});

test('settlements are stored with the write, and found again', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const lane = await newLane(side);
  await side.db
    .collection<Doc>('users')
    .insertOne({ _id: 1, name: 'm', other: { far: Long.fromString('9007199254740993') } });
  const raw = (await side.store.read([ref('1')], { locked: false, raw: true })).get(recordId(ref('1')))?.raw;
  expect(raw).toBeInstanceOf(RawDocument);
  const conflict: ConflictRecord = {
    type: 'conflict',
    id: `c-${side.name}`,
    ...ref('1'),
    kind: 'write_write',
    base: user('b'),
    sql: { state: user('s'), raw: { id: '1', name: 's' }, version: { sql: '7', mongodb: '3' }, time: 5 },
    mongodb: { state: user('m'), raw, version: null, time: 'load' },
    resolution: 'sql_wins',
    decision: user('s'),
    strategy: 'lww',
    fields: { name: 'lww' },
    reason: null,
    state: 'propagating',
    createdAt: 1000,
    resolvedAt: 2000,
    resolvedBy: 'policy',
  };
  const agreement = {
    type: 'agreement' as const,
    id: `a-${side.name}`,
    ...ref('2'),
    base: null,
    decision: user('x'),
    createdAt: 500,
  };
  await lane.commit([ref('1')], () => ({
    ...none,
    settlements: [conflict, agreement],
    writes: [{ ...ref('1'), before: user('m'), after: user('s') }],
  }));
  const bare = { ...conflict, sql: { ...conflict.sql, raw: null }, mongodb: { ...conflict.mongodb, raw: null } };
  expect((await side.conflicts.openWork()).propagating).toEqual([agreement, bare]);
  // The whole row and document stay in the record.
  const stored = await side.client
    .db('sync_metadata')
    .collection<StoredConflict>('conflicts')
    .findOne({ name: side.name });
  expect(stored?.internal.sql.raw).toBe('{"id":"1","name":"s"}');
  expect(Buffer.from(stored?.internal.mongodb.raw.value() ?? [])).toEqual(Buffer.from((raw as RawDocument).bytes));
  expect(await side.store.settled([conflict.id, agreement.id, 'none'])).toEqual(new Set([conflict.id, agreement.id]));
  await side.conflicts.finish([conflict.id, agreement.id], { state: 'resolved', at: 3000 });
  expect((await side.conflicts.openWork()).propagating).toEqual([]);
});

test('reads whole documents, and records by a key that cannot cross', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const odd = new ObjectId();
  await side.db.collection<Doc>('users').insertMany(
    docs([
      { _id: odd, name: 'o' },
      { _id: 'text', name: 't' },
      { _id: { a: 1 }, name: 'd' },
      { _id: 5, name: 'five', bin: new Binary(Buffer.from('x')) },
    ]),
  );
  const rows = await side.store.readChunk({ entity: users.name, after: null, upTo: null });
  expect(rows.map(({ key, state }) => [isRefused(key), state?.[0]])).toEqual([
    [false, 'five'],
    [true, 't'],
    [true, 'd'],
    [true, 'o'],
  ]);
  const refs = [...rows.map(({ key }) => ref(key)), ref('6')];
  const found = await side.store.read(refs, { locked: false, raw: true });
  expect(refs.map((each) => found.get(recordId(each))?.state?.[0])).toEqual(['five', 't', 'd', 'o', undefined]);
  const raw = found.get(recordId(ref('5')))?.raw;
  expect(raw instanceof RawDocument && raw.toObject()).toMatchObject({
    name: 'five',
    bin: new Binary(Buffer.from('x')),
  });
});

test('chunks follow the server’s order over all types, and compareKeys is that order', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const ids = [
    5,
    -3,
    Long.fromString('9007199254740993'),
    Long.fromString('9007199254740992'),
    new Double(2.5),
    'b',
    'a',
    '\u{1f600}',
    '\uffee',
    new ObjectId(),
    { a: 1 },
    { a: 'x' },
    { b: 0 },
    true,
    new Date(0),
    new Binary(Buffer.from('zz')),
    new Binary(Buffer.from('abc')),
    new Double(Number.NaN),
  ];
  await side.db.collection<Doc>('users').insertMany(docs(ids.map((_id) => ({ _id }))));
  const all = (await side.store.readChunk({ entity: users.name, after: null, upTo: null })).map(({ key }) => key);
  expect(all).toHaveLength(ids.length);
  expect([...all].reverse().sort((a, b) => side.store.compareKeys(users.name, a, b))).toEqual(all);
  const chunked: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const upTo: string | null = await side.store.chunkEnd(users.name, after, 4);
    chunked.push(...(await side.store.readChunk({ entity: users.name, after, upTo })).map(({ key }) => key));
    more = upTo !== null;
    after = upTo;
  }
  expect(chunked).toEqual(all);
  expect(await side.store.estimate(users.name)).toBe(ids.length);
  expect(Math.abs((await side.store.now()) - Date.now())).toBeLessThan(5000);
});
