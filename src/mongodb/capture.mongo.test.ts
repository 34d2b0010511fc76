import { Double, Long, UUID } from 'mongodb';
import { expect, test } from 'vitest';
import { IsthmusError } from '../base/errors.js';
import { isRefused } from '../model/refusal.js';
import type { SourcePart } from '../ports/change-source.js';
import { entity, field, ref, user, users } from '../testing/mongodb/entities.js';
import { newLane, openTestSide, readAll, readUntil } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();

const parts = (events: readonly unknown[]): SourcePart[] =>
  events.filter((event): event is SourcePart => (event as SourcePart).kind === 'part');

test('plain writes are transactions of one change each, with before and after, in sorted positions', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  const collection = side.db.collection<{ _id: number; [name: string]: unknown }>('users');
  await collection.insertOne({ _id: 1, name: 'a', age: 5, other: 1 });
  await collection.updateOne({ _id: 1 }, { $set: { name: 'b' } });
  await collection.updateOne({ _id: 1 }, { $set: { other: 2 } });
  await collection.updateOne({ _id: 1 }, { $set: { age: new Double(5) } });
  await collection.replaceOne({ _id: 1 }, { age: 6 });
  await collection.deleteOne({ _id: 1 });
  const events = parts(await readAll(side, reader));
  expect(events.flatMap(({ changes }) => changes).map(({ before, after }) => [before, after])).toEqual([
    [null, user('a', '5')],
    [user('a', '5'), user('b', '5')],
    [user('b', '5'), user(null, '6')],
    [user(null, '6'), null],
  ]);
  expect(events.every(({ last, echo, changes }) => last && echo === null && changes.length === 1)).toBe(true);
  const positions = events.map(({ position }) => position);
  expect([...positions].sort()).toEqual(positions);
  expect(new Set(positions).size).toBe(4);
  expect(Math.abs((events[0]?.committedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  await reader.close();
});

test('a position resumes strictly after it, whatever number type the key has', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const start = await side.source.begin();
  const ids = [
    new Double(1),
    Long.fromNumber(2),
    3,
    new Double(6.5),
    new Double(-0),
    Long.fromString('9007199254740993'),
  ];
  await side.db.collection<{ _id: unknown }>('users').insertMany(ids.map((_id) => ({ _id })));
  const reader = await side.source.open(start);
  const events = parts(await readAll(side, reader));
  await reader.close();
  expect(events).toHaveLength(6);
  expect(events[5]?.changes[0]?.key).toBe('9007199254740993');
  expect(isRefused(events[3]?.changes[0]?.key ?? null)).toBe(true);
  for (const [index, { position }] of events.entries()) {
    const again = await side.source.open(position);
    const rest = parts(await readAll(side, again));
    expect(rest.map((part) => part.position)).toEqual(events.slice(index + 1).map((part) => part.position));
    await again.close();
  }
});

test('a large transaction comes in parts and resumes between them; ours come whole, with lane and number', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const start = await side.source.begin();
  const session = side.client.startSession();
  await session.withTransaction(async () => {
    await side.db.collection<{ _id: number; name: string }>('users').insertMany(
      Array.from({ length: 5000 }, (_, _id) => ({ _id, name: 'x' })),
      { session },
    );
  });
  await session.endSession();
  const lane = await newLane(side);
  await lane.write(Array.from({ length: 3000 }, (_, i) => ({ ...ref(String(i)), after: user('y') })));
  const reader = await side.source.open(start);
  const events = parts(await readAll(side, reader));
  await reader.close();
  expect(events.map(({ changes, last, echo }) => [changes.length, last, echo?.number])).toEqual([
    [2000, false, undefined],
    [2000, false, undefined],
    [1000, true, undefined],
    [3000, true, 1],
  ]);
  expect(events[3]?.echo).toMatchObject({ lane: 0, number: 1 });
  expect(new Set(events.slice(0, 3).map(({ transaction }) => transaction)).size).toBe(1);

  const again = await side.source.open(events[0]?.position ?? '');
  const rest = parts(await readAll(side, again));
  await again.close();
  expect(rest.map(({ changes, last }) => [changes.length, last])).toEqual([
    [2000, false],
    [1000, true],
    [3000, true],
  ]);
  expect(rest[0]?.transaction).toBe(events[0]?.transaction);
  expect(rest[0]?.changes[0]?.key).toBe('2000');
});

test('of our own transactions the log is asked for the progress document alone, and a position after one is after all of it', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const start = await side.source.begin();
  const lane = await newLane(side);
  await lane.write([
    { ...ref('1'), after: user('a') },
    { ...ref('2'), after: user('b') },
  ]);
  await lane.write([{ ...ref('1'), after: null }]);
  // Behind our back, in the same collection: what tells that nothing else is left out.
  await side.db.collection<{ _id: number; name: string }>('users').insertOne({ _id: 3, name: 'c' });
  const shown = (events: readonly SourcePart[]) =>
    events.map(({ echo, changes }) => [echo?.number, changes.map(({ key, after }) => [key, after])]);
  const written = [
    [
      1,
      [
        ['1', user('a')],
        ['2', user('b')],
      ],
    ],
    [2, [['1', null]]],
    [undefined, [['3', user('c')]]],
  ];

  const reader = await side.source.open(start);
  const events = parts(await readAll(side, reader));
  await reader.close();
  expect(shown(events)).toEqual(written);

  // The next life knows nothing of these writes: it reads them whole, or not at all.
  await newLane(side, 2);
  for (const [index, from] of [start, ...events.map(({ position }) => position)].entries()) {
    const again = await side.source.open(from);
    expect(shown(parts(await readAll(side, again)))).toEqual(written.slice(index));
    await again.close();
  }
});

test('a write of ours that is no longer known ends the reader, for another life to read it', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const start = await side.source.begin();
  const lane = await newLane(side);
  for (const key of ['1', '2']) await lane.write([{ ...ref(key), after: user('a') }]);
  const first = await side.source.open(start);
  await readAll(side, first);
  await first.close();
  const second = await side.source.open(start);
  await expect(readAll(side, second)).rejects.toMatchObject({ code: 'transient', retry: true });
});

test('the end of a transaction is told although nothing follows it', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  const session = side.client.startSession();
  await session.withTransaction(async () => {
    await side.db.collection<{ _id: number }>('users').insertMany([{ _id: 1 }, { _id: 2 }], { session });
  });
  await session.endSession();
  const started = Date.now();
  const [part] = parts(await readUntil(reader, (all) => all.length > 0));
  expect(part).toMatchObject({ last: true, changes: [{ key: '1' }, { key: '2' }] });
  expect(Date.now() - started).toBeLessThan(900);
  await reader.close();
});

test('another sync’s transactions are an application’s, its marks and progress are nothing', async () => {
  const names = mongo.freshDatabase();
  const side = await openTestSide(names);
  const start = await side.source.begin();
  const { db } = side;
  await db.collection<{ _id: string }>('isthmus_progress').insertOne({ _id: 'other/0', number: 0 } as { _id: string });
  const session = side.client.startSession();
  await session.withTransaction(async () => {
    await db
      .collection<{ _id: string; number: number }>('isthmus_progress')
      .updateOne({ _id: 'other/0' }, { $set: { number: 7 } }, { session });
    await db.collection<{ _id: number }>('users').insertOne({ _id: 1 }, { session });
  });
  await session.endSession();
  await db
    .collection<{ _id: string; id: string }>('isthmus_progress')
    .replaceOne({ _id: 'mark/other' }, { id: 'x' }, { upsert: true });
  const reader = await side.source.open(start);
  await side.store.mark('ours');
  const events = await readUntil(reader, (all) => all.some(({ kind }) => kind === 'mark'));
  await reader.close();
  expect(events).toMatchObject([
    { kind: 'part', echo: null, changes: [{ key: '1' }] },
    { kind: 'mark', id: 'ours' },
  ]);
});

test('the same mark twice is told twice', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  await side.store.mark('m');
  await side.store.mark('m');
  expect(await readUntil(reader, (all) => all.length >= 2)).toMatchObject([
    { kind: 'mark', id: 'm' },
    { kind: 'mark', id: 'm' },
  ]);
  await reader.close();
});

test('drop, rename and a dropped database stop the entity, and the log is read on', async () => {
  const others = entity('others', [field('id', 'int4', 'integer')], [field('name', 'text', 'text')]);
  const side = await openTestSide(mongo.freshDatabase(), [users, others]);
  const reader = await side.source.open(await side.source.begin());
  await side.db.collection('users').drop();
  await side.db.collection('others').rename('elsewhere');
  await side.db.collection('elsewhere').rename('others');
  expect(await readUntil(reader, (all) => all.length >= 3)).toMatchObject([
    { kind: 'stop', entity: 'public.users', reason: expect.stringContaining('dropped') as string },
    { kind: 'stop', entity: 'public.others', reason: expect.stringContaining('renamed') as string },
    { kind: 'stop', entity: 'public.others', reason: expect.stringContaining('renamed to') as string },
  ]);
  await side.db.dropDatabase();
  await readUntil(reader, (all) => all.some((event) => event.kind === 'stop' && event.entity === 'public.others'));
  await side.store.mark('after');
  expect((await readUntil(reader, (all) => all.some(({ kind }) => kind === 'mark'))).at(-1)).toMatchObject({
    id: 'after',
  });
  await reader.close();
});

test('a change without a before-image stops the reader and names the record', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  await side.db.command({ collMod: 'users', changeStreamPreAndPostImages: { enabled: false } });
  const reader = await side.source.open(await side.source.begin());
  await side.db.collection<{ _id: number; name: string }>('users').insertOne({ _id: 77, name: 'secret' });
  await side.db.collection<{ _id: number }>('users').updateOne({ _id: 77 }, { $set: { name: 'hidden' } });
  const failure = await readUntil(reader, () => false).catch((error: unknown) => error as IsthmusError);
  expect(failure).toMatchObject({ code: 'pre_image_missing', retry: false });
  expect((failure as IsthmusError).message).toMatch(/update of "77" in users/);
});

test('a position that the log does not hold stops for safety', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  await side.db.collection<{ _id: number }>('users').insertOne({ _id: 5 });
  const [{ position }] = (await readUntil(reader, (all) => all.length > 0)) as [SourcePart];
  await reader.close();
  const elsewhere = position.replace(/2B0A0004$/, '2B020004');
  const lost = await side.source
    .open(elsewhere)
    .then((other) => other.next())
    .catch((error: unknown) => error);
  expect(lost).toMatchObject({ code: 'token_lost', retry: false });
  const wrong = await side.source
    .open('zz')
    .then((other) => other.next())
    .catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(IsthmusError);
  expect((wrong as IsthmusError).retry).toBe(false);
});

test('an event of more than 16 MB crosses although this server cannot split it, also inside a transaction', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const start = await side.source.begin();
  const collection = side.db.collection<{ _id: number; name: string }>('users');
  await collection.insertOne({ _id: 1, name: 'small' });
  await collection.insertOne({ _id: 5, name: 'x'.repeat(12_000_000) });
  const session = side.client.startSession();
  await session.withTransaction(async () => {
    await collection.insertOne({ _id: 2, name: 'two' }, { session });
    await collection.updateOne({ _id: 5 }, { $set: { name: 'y'.repeat(12_000_000) } }, { session });
    await collection.insertOne({ _id: 3, name: 'three' }, { session });
  });
  await session.endSession();
  const reader = await side.source.open(start);
  const events = parts(await readAll(side, reader));
  await reader.close();
  // Parts are bounded by the weight of their rows, so the transaction comes in more than one.
  const whole: unknown[][] = [[]];
  for (const { changes, last } of events) {
    for (const { key, before, after } of changes) whole.at(-1)?.push([key, before?.[0]?.length, after?.[0]?.length]);
    if (last) whole.push([]);
  }
  expect(whole).toEqual([
    [['1', undefined, 5]],
    [['5', undefined, 12_000_000]],
    [
      ['2', undefined, 3],
      ['5', 12_000_000, 12_000_000],
      ['3', undefined, 5],
    ],
    [],
  ]);
});

test('closing ends a waiting read at once', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  const waiting = reader.next().catch((error: unknown) => error);
  const started = Date.now();
  const closed = reader.close();
  expect(await waiting).toMatchObject({ retry: true });
  expect(Date.now() - started).toBeLessThan(500);
  await closed;
  await reader.close();
});

test('a dropped cursor is an error that passes', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const reader = await side.source.open(await side.source.begin());
  // No read is under way, so that the cursor is surely idle and can be listed.
  const where = { 'cursor.cursorId': { $exists: true }, ns: `${side.name}.$cmd.aggregate` };
  const idle = await side.client
    .db('admin')
    .aggregate([{ $currentOp: { idleCursors: true, allUsers: true } }, { $match: where }])
    .toArray();
  const cursors = idle.map(({ cursor }) => (cursor as { cursorId: unknown }).cursorId);
  expect(cursors).toHaveLength(1);
  await side.db.command({ killCursors: '$cmd.aggregate', cursors });
  await expect(reader.next()).rejects.toMatchObject({ code: 'transient', retry: true });
});

test('composite keys, uuid keys and names that objects lose', async () => {
  const lines = entity(
    'lines',
    [field('order', 'int4', 'integer'), field('code', 'text', 'text')],
    [
      field('__proto__', 'text', 'text'),
      field('a.b', 'text', 'text'),
      field('2', 'text', 'text'),
      field('1', 'text', 'text'),
    ],
  );
  const things = entity('things', [field('id', 'uuid', 'uuid')], [field('name', 'text', 'text')]);
  const side = await openTestSide(mongo.freshDatabase(), [lines, things]);
  const reader = await side.source.open(await side.source.begin());
  await side.db.collection<Record<string, unknown>>('lines').insertOne(
    new Map<string, unknown>([
      [
        '_id',
        new Map<string, unknown>([
          ['order', 1],
          ['code', 'x'],
        ]),
      ],
      ['__proto__', 'p'],
      ['a.b', 'q'],
      ['2', 'two'],
      ['1', 'one'],
    ]) as unknown as Record<string, unknown>,
  );
  await side.db.collection<Record<string, unknown>>('lines').insertOne({ _id: { code: 'x', order: 1 } } as never);
  await side.db
    .collection<Record<string, unknown>>('things')
    .insertOne({ _id: new UUID('0189d3f0-0000-7000-8000-000000000001') } as never);
  const changes = parts(await readAll(side, reader)).flatMap((part) => part.changes);
  expect(changes[0]).toMatchObject({ key: '["1","x"]', after: ['p', 'q', 'two', 'one'] });
  expect(isRefused(changes[1]?.key ?? null)).toBe(true);
  expect(changes[2]?.key).toBe('0189d3f0-0000-7000-8000-000000000001');
  await reader.close();
});
