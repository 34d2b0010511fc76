/** What only a real MongoDB can say: which keys it takes for one, and whether it keeps every key of a document. */
import { Binary, Decimal128, Double, type Filter, Int32, Long, MongoClient, ObjectId, UUID } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import type { ColumnType } from '../model/entity.js';
import { isRefused } from '../model/refusal.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';
import { elements } from './bson-walk.js';
import { type BsonCodec, bsonCodec, keyCodec } from './types.js';

const { url, name } = testMongo().freshDatabase();
const client = new MongoClient(url);
const db = client.db(name);
afterAll(() => client.close());

const values: readonly unknown[] = [
  new Int32(5),
  Long.fromNumber(5),
  new Double(5),
  Decimal128.fromString('5'),
  Decimal128.fromString('5.00'),
  Decimal128.fromString('50E-1'),
  '5',
  new Double(0.1),
  Decimal128.fromString('0.1'),
  Decimal128.fromString('0.10'),
  '0.1',
  new Double(0),
  new Double(-0),
  Decimal128.fromString('-0'),
  new Double(2 ** 60),
  Long.fromString('1152921504606846976'),
  Long.fromString('1152921504606847000'),
  Decimal128.fromString('1152921504606846976'),
  new Double(9_007_199_254_740_992),
  Long.fromString('9007199254740993'),
  new Double(Number.NaN),
  Decimal128.fromString('NaN'),
  'a',
  'a ',
  'A',
  true,
  'true',
  new Date(0),
  '1970-01-01',
  '1970-01-01T00:00:00.000Z',
  '00:00',
  '00:00:00',
  new UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  new ObjectId('0123456789abcdef01234567'),
  '0123456789abcdef01234567',
  new Binary(Buffer.from('0123456789abcdef01234567', 'hex'), 0),
];

const keyTypes: readonly ColumnType[] = [
  { kind: 'int8', sql: 'bigint' },
  { kind: 'numeric', sql: 'numeric' },
  { kind: 'numeric', sql: 'numeric', document: 'double' },
  { kind: 'numeric', sql: 'numeric', document: 'string' },
  { kind: 'text', sql: 'text' },
  { kind: 'text', sql: 'text', document: 'objectId' },
  { kind: 'char', sql: 'bpchar', length: 40 },
  { kind: 'bool', sql: 'boolean' },
  { kind: 'timestamptz', sql: 'timestamptz', precision: 3 },
  { kind: 'date', sql: 'date' },
  { kind: 'date', sql: 'date', document: 'date' },
  { kind: 'time', sql: 'time' },
  { kind: 'uuid', sql: 'uuid' },
  { kind: 'uuid', sql: 'uuid', document: 'string' },
  { kind: 'bytea', sql: 'bytea' },
];

interface Keyed {
  _id: unknown;
  n: number;
}

function readId(codec: BsonCodec, bytes: Buffer): string | null {
  for (const { name: field, kind, start, end } of elements(bytes, 0))
    if (field === '_id') return codec.fromBson(kind, bytes, start, end);
  return null;
}

describe('keyCodec', () => {
  it.each(keyTypes)('$kind $document: records are one exactly where MongoDB says that keys are', async (type) => {
    const codec = keyCodec(type);
    const docs = db.collection<Keyed>('keys');
    const stored: { key: string; index: number }[] = [];
    for (const [index, value] of values.entries()) {
      await docs.deleteMany({});
      await docs.insertOne({ _id: value, n: index });
      const [bytes] = await db.collection('keys').find({}, { raw: true }).toArray();
      const key = readId(codec, Buffer.from(bytes as unknown as Uint8Array));
      if (key === null || isRefused(key)) continue;
      stored.push({ key, index });
      // Our own way to write the key must find the document.
      expect(
        await docs.countDocuments({ _id: { $eq: codec.toBson(key) } } as Filter<Keyed>),
        `value ${index} of ${type.kind}`,
      ).toBe(1);
    }
    // … and two keys of ours must be two to MongoDB.
    const distinct = [...new Set(stored.map(({ key }) => key))];
    await docs.deleteMany({});
    await docs.insertMany(distinct.map((key, n) => ({ _id: codec.toBson(key), n })));
    expect(await docs.countDocuments()).toBe(distinct.length);
    expect(distinct.length).toBeGreaterThan(0);
  });
});

describe('bsonCodec', () => {
  it('every key of a JSON value stands in the document as it was', async () => {
    const codec = bsonCodec({ kind: 'jsonb', sql: 'jsonb' });
    const text =
      '{"":1,"$set":{"$gt":5},"10":1,"9":2,"__proto__":{"_bsontype":"x"},"a.b":[{"$x":null}],"d":{"$date":{"$numberLong":"5"}},"n":9007199254740993}';
    await db.collection('json').insertOne({ v: codec.toBson(text) });
    const [bytes] = await db.collection('json').find({}, { raw: true }).toArray();
    const raw = Buffer.from(bytes as unknown as Uint8Array);
    const found = [...elements(raw, 0)].find((element) => element.name === 'v');
    expect(found && codec.fromBson(found.kind, raw, found.start, found.end)).toBe(text);
  });

  it('the server takes a JSON value as deep as we allow', async () => {
    const codec = bsonCodec({ kind: 'jsonb', sql: 'jsonb' });
    const deep = `${'['.repeat(100)}1${']'.repeat(100)}`;
    await db.collection('json').insertOne({ v: codec.toBson(deep) });
    expect(await db.collection('json').countDocuments()).toBeGreaterThan(0);
  });
});
