import { BSON, Double, Int32, Long, ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import { isRefused, readRefusal } from '../model/refusal.js';
import { entity, field } from '../testing/mongodb/entities.js';
import { DocumentReader } from './document-reader.js';
import { EntityPlan } from './entity-plan.js';

const users = entity(
  'users',
  [field('id', 'int8', 'bigint')],
  [field('name', 'text', 'text'), field('age', 'int4', 'integer')],
);

/** Elements as they are, so that names may stand twice. */
function bytesOf(...parts: readonly object[]): Buffer {
  const elements = parts.map((part) => BSON.serialize(part).subarray(4, -1));
  const size = Buffer.alloc(4);
  size.writeInt32LE(elements.reduce((sum, part) => sum + part.length, 5));
  return Buffer.concat([size, ...elements, Buffer.alloc(1)]);
}

test('reads mapped fields in any order, one document after another', () => {
  const reader = new DocumentReader(users);
  const read = (...parts: readonly object[]): unknown => reader.record(bytesOf(...parts), 0);
  expect(read({ _id: 1, name: 'a', age: 5 })).toEqual({ key: '1', state: ['a', '5'] });
  expect(read({ age: new Double(6), other: { name: 'x' }, name: 'b', _id: Long.fromNumber(2) })).toEqual({
    key: '2',
    state: ['b', '6'],
  });
  expect(read({ _id: 3, nam: 'n', names: 'n', name: null })).toEqual({ key: '3', state: [null, null] });
  expect(read({ _id: 4, age: 7 })).toEqual({ key: '4', state: [null, '7'] });
  expect(read({ _id: 5, name: 'a', age: 5 })).toEqual({ key: '5', state: ['a', '5'] });
});

test('a document inside a larger buffer', () => {
  const document = bytesOf({ _id: 1, name: 'a' });
  const reader = new DocumentReader(users);
  expect(reader.record(Buffer.concat([Buffer.from('before'), document, Buffer.from('after')]), 6)).toEqual({
    key: '1',
    state: ['a', null],
  });
});

test('a mapped field that stands twice is refused, whatever its values; the next document is not', () => {
  const reader = new DocumentReader(users);
  const [name, age] = reader.state(bytesOf({ _id: 1, name: 'a' }, { name: 'b', age: 1 }), 0);
  expect(isRefused(name ?? null)).toBe(true);
  expect(readRefusal(name ?? '')).toMatchObject({ kind: 'structural', image: '["a","b"]' });
  expect(age).toBe('1');
  expect(isRefused(reader.state(bytesOf({ _id: 1, name: null }, { name: 'b' }), 0)[0] ?? null)).toBe(true);
  expect(reader.state(bytesOf({ _id: 1, name: 'c' }), 0)).toEqual(['c', null]);
});

test('a refused key gives its own _id back', () => {
  const plan = new EntityPlan(users);
  for (const _id of [new ObjectId(), 'text', new Double(1.5), { a: new Int32(1) }, true]) {
    const { key } = plan.reader.record(bytesOf({ _id }), 0);
    expect(isRefused(key)).toBe(true);
    expect(BSON.EJSON.stringify(plan.id(key), { relaxed: false })).toBe(BSON.EJSON.stringify(_id, { relaxed: false }));
  }
});

test('composite keys hold the fields of the primary key in its order, and nothing else', () => {
  const lines = entity('lines', [field('order', 'int4', 'integer'), field('code', 'text', 'text')], []);
  const plan = new EntityPlan(lines);
  const key = (_id: unknown): string => plan.reader.record(bytesOf({ _id }), 0).key;
  expect(key({ order: new Double(1), code: 'x' })).toBe('["1","x"]');
  expect(plan.id('["1","x"]')).toEqual(
    new Map<string, unknown>([
      ['order', expect.anything()],
      ['code', 'x'],
    ]),
  );
  for (const wrong of [
    { code: 'x', order: 1 },
    { order: 1 },
    { order: 1, code: 'x', more: 1 },
    { order: '1', code: 'x' },
    { order: 1, code: null },
    'x',
    1,
  ]) {
    expect(isRefused(key(wrong))).toBe(true);
  }
});

test('bytes that are no BSON end in an error, not in a loop', () => {
  const reader = new DocumentReader(users);
  const good = bytesOf({ _id: 1, name: 'a' });
  const wrong = Buffer.from(good);
  wrong[4] = 0x63;
  expect(() => reader.state(wrong, 0)).toThrow(RangeError);
});
