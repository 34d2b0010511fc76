/** The curated hazards of BSON values; the laws are tried in test/values. */
import {
  Binary,
  BSON,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { ColumnType, Entity } from '../model/entity.js';
import type { Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { type BsonCodec, bsonCodec, keyCodec } from './types.js';
import { documentOf } from './types-document.js';

const type = (kind: ColumnType['kind'], more: Partial<ColumnType> = {}): ColumnType => ({ kind, sql: kind, ...more });
const bytesOf = (value: unknown): Buffer => Buffer.from(BSON.serialize({ v: value }, { ignoreUndefined: false }));

function read(codec: BsonCodec, value: unknown): Value {
  const bytes = bytesOf(value);
  return codec.fromBson(bytes[4] as number, bytes, 7, bytes.length - 1);
}

const field = (kind: ColumnType['kind'], value: unknown, more: Partial<ColumnType> = {}): Value =>
  read(bsonCodec(type(kind, more)), value);
const key = (kind: ColumnType['kind'], value: unknown, more: Partial<ColumnType> = {}): Value =>
  read(keyCodec(type(kind, more)), value);
const refusalOf = (value: Value): string => (isRefused(value) ? readRefusal(value).kind : `not refused: ${value}`);

describe('bsonCodec', () => {
  it('takes null and undefined for null', () => {
    for (const kind of ['int4', 'text', 'jsonb', 'array'] as const) {
      const more = kind === 'array' ? { element: type('text') } : {};
      expect(field(kind, null, more)).toBeNull();
      expect(bsonCodec(type(kind, more)).fromBson(6, bytesOf(null), 7, 7)).toBeNull();
    }
  });

  it('converts where nothing is lost', () => {
    expect(field('int4', new Double(5))).toBe('5');
    expect(field('int4', new Double(-0))).toBe('0');
    expect(field('int4', '5')).toBe('5');
    expect(field('int8', Decimal128.fromString('5.00'))).toBe('5');
    expect(field('int8', new Double(-(2 ** 63)))).toBe('-9223372036854775808');
    expect(field('int8', new Double(2 ** 60))).toBe('1152921504606846976');
    expect(field('numeric', new Double(0.1))).toBe('0.1');
    expect(field('numeric', '1.50')).toBe('1.5');
    expect(field('numeric', new Double(1e21))).toBe('1000000000000000000000');
    expect(field('numeric', Decimal128.fromString('-0E-6176'))).toBe('0');
    expect(field('float4', new Double(0.1))).toBe('0.1');
    expect(field('float4', new Double(Math.fround(0.1)))).toBe('0.1');
    expect(field('text', new Int32(5_551_234))).toBe('5551234');
    expect(field('text', new ObjectId('0123456789abcdef01234567'))).toBe('0123456789abcdef01234567');
    expect(field('text', true)).toBe('true');
    expect(field('timestamptz', '2024-01-02T03:04:05+02:00')).toBe('2024-01-02T01:04:05.000Z');
    expect(field('timestamptz', '2024-01-02T03:04:05.5-02:30')).toBe('2024-01-02T05:34:05.500Z');
    expect(field('date', new Date('2024-02-29T00:00:00Z'))).toBe('2024-02-29');
    expect(field('uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')).toBe('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
    expect(field('interval', 'P1W')).toBe('P7D');
    expect(field('char', 'ab  ', { length: 2 })).toBe('ab');
  });

  it.each<[ColumnType['kind'], unknown, Partial<ColumnType>?]>([
    ['int4', new Double(5.5)],
    ['int4', Long.fromString('2147483648')],
    ['int2', new Int32(32_768)],
    ['int4', '05'],
    ['int4', 'cheap'],
    ['int4', new ObjectId()],
    ['int8', new Double(2 ** 63)],
    ['int8', new Double(Number.NaN)],
    ['numeric', 'cheap'],
    ['numeric', '1e5'],
    ['numeric', new Double(0.125), { precision: 5, scale: 2 }],
    ['numeric', Decimal128.fromString('Infinity'), { precision: 5, scale: 2 }],
    ['numeric', new Int32(1000), { precision: 5, scale: 2 }],
    ['float4', new Double(16_777_217)],
    ['float4', new Double(1e39)],
    ['float4', new Double(1e-46)],
    ['float8', Long.fromString('9007199254740993')],
    ['float8', Decimal128.fromString('0.10000000000000000001')],
    ['text', 'a\u0000b'],
    ['text', new Binary(Buffer.from('x'))],
    ['varchar', 'abcdef', { length: 5 }],
    ['char', 'abc', { length: 2 }],
    ['timestamptz', '2024-02-30T00:00:00Z'],
    ['timestamptz', '2024-01-02'],
    ['timestamptz', '2024-01-02T03:04:05.1234Z'],
    ['timestamptz', new Int32(5)],
    ['timestamptz', new Timestamp({ t: 1, i: 1 })],
    ['timestamptz', new Date(-8.64e15)],
    ['timestamp', '2024-01-02T03:04:05+02:00'],
    ['date', new Date('2024-02-29T00:00:01Z')],
    ['date', '2023-02-29'],
    ['date', '0000-01-01'],
    ['time', '25:00:00'],
    ['time', '23:59:60'],
    ['interval', 'P0.5M'],
    ['interval', '1 day'],
    ['bool', new Int32(1)],
    ['uuid', new Binary(Buffer.alloc(16), 3)],
    ['bytea', new Binary(Buffer.alloc(3), 128)],
    ['bytea', 'xx'],
    ['enum', 'bad', { labels: ['good'] }],
    ['jsonb', new BSONSymbol('x')],
    ['jsonb', 'a\u0000'],
    ['jsonb', new Map([['$oid', '0123456789abcdef01234567']])],
    ['jsonb', new Code('x', { a: 1 })],
    ['array', [new Int32(1), 'x'], { element: type('int4') }],
  ])('refuses what the column would change: %s', (kind, value, more = {}) => {
    expect(refusalOf(field(kind, value, more))).toBe('type_mismatch');
  });

  it('refuses another structure', () => {
    expect(refusalOf(field('text', { street: 'x' }))).toBe('structural');
    expect(refusalOf(field('int4', [1]))).toBe('structural');
    for (const value of ['x', {}, new Int32(1)])
      expect(refusalOf(field('array', value, { element: type('text') }))).toBe('structural');
    for (const value of [[[]], [['a'], ['b', 'c']], [['a'], 'b'], [['a'], null], [[[[[[['x']]]]]]], [{}]])
      expect(refusalOf(field('array', value, { element: type('text') }))).toBe('structural');
  });

  it('refuses undefined inside of a value', () => {
    for (const [kind, value, more] of [
      ['jsonb', { a: null }, {}],
      ['jsonb', [null], {}],
      ['array', [null], { element: type('text') }],
    ] as const) {
      const bytes = bytesOf(value);
      bytes[11] = 6;
      expect(refusalOf(bsonCodec(type(kind, more)).fromBson(bytes[4] as number, bytes, 7, bytes.length - 1))).toBe(
        'type_mismatch',
      );
    }
  });

  it('refuses text that is not UTF-8 instead of repairing it', () => {
    const bytes = bytesOf('abc');
    for (const broken of [
      [0xed, 0xa0, 0x80],
      [0xff, 0x61, 0x61],
      [0xc0, 0x80, 0x61],
    ]) {
      bytes.set(broken, 11);
      expect(refusalOf(bsonCodec(type('text')).fromBson(2, bytes, 7, bytes.length - 1))).toBe('type_mismatch');
      expect(refusalOf(bsonCodec(type('jsonb')).fromBson(2, bytes, 7, bytes.length - 1))).toBe('type_mismatch');
    }
    expect(field('text', '\ufffd\ufeff')).toBe('\ufffd\ufeff');
  });

  it('tells two refused values apart, twofold keys and far dates too', () => {
    const twofold = (a: number, b: number): Value => {
      const bytes = bytesOf(
        new Map([
          ['x', new Int32(a)],
          ['y', new Int32(b)],
        ]),
      );
      bytes[bytes.lastIndexOf('y')] = 'x'.charCodeAt(0);
      expect(refusalOf(bsonCodec(type('jsonb')).fromBson(3, bytes, 7, bytes.length - 1))).toBe('type_mismatch');
      return bsonCodec(type('text')).fromBson(3, bytes, 7, bytes.length - 1);
    };
    expect(twofold(1, 2)).not.toBe(twofold(3, 2));
    const far = (ms: string): Value => {
      const bytes = bytesOf(new Timestamp(Long.fromString(ms, true)));
      return bsonCodec(type('timestamptz')).fromBson(9, bytes, 7, bytes.length - 1);
    };
    expect(refusalOf(far('9000000000000000'))).toBe('type_mismatch');
    expect(far('9000000000000000')).not.toBe(far('9100000000000000'));
    expect(field('text', { a: new Double(1) })).not.toBe(field('text', { a: new Int32(1) }));
  });

  it('keeps every key and number of a JSON value', () => {
    const value = new Map<string, unknown>([
      ['10', new Int32(1)],
      ['9', Long.fromString('9007199254740993')],
      ['__proto__', new Map([['', 1.5]])],
      ['a.b', new Double(2)],
      ['$x', Decimal128.fromString('1.2345678901234567890')],
      ['d', new Date(5)],
      ['n', null],
      ['r', new BSONRegExp('^a', 'i')],
      ['m', new MaxKey()],
    ]);
    const text = field('jsonb', value) as string;
    expect(text).toBe(
      '{"$x":1.234567890123456789,"10":1,"9":9007199254740993,"__proto__":{"":1.5},"a.b":2,"d":{"$date":{"$numberLong":"5"}},"m":{"$maxKey":1},"n":null,"r":{"$regularExpression":{"options":"i","pattern":"^a"}}}',
    );
    const back = BSON.deserialize(bytesOf(bsonCodec(type('jsonb')).toBson(text)), {
      promoteValues: false,
      bsonRegExp: true,
    })['v'] as object;
    expect(Object.keys(back).sort()).toEqual([...value.keys()].sort());
    expect(field('jsonb', bsonCodec(type('jsonb')).toBson(text))).toBe(text);
    expect(field('jsonb', new Map([['$oid', 'not one']]))).toBe('{"$oid":"not one"}');
  });

  it('writes exactly the type of the column', () => {
    expect(bsonCodec(type('int4')).toBson('5')).toEqual(new Int32(5));
    expect(bsonCodec(type('int8')).toBson('5')).toEqual(Long.fromNumber(5));
    expect(bsonCodec(type('float8')).toBson('5')).toEqual(new Double(5));
    expect(bsonCodec(type('numeric')).toBson('1.5')).toEqual(Decimal128.fromString('1.5'));
    expect(bsonCodec(type('uuid')).toBson('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')).toEqual(
      new Binary(Buffer.from('a0eebc999c0b4ef8bb6d6bb9bd380a11', 'hex'), 4),
    );
    expect(bsonCodec(type('numeric', { document: 'double' })).toBson('1.5')).toEqual(new Double(1.5));
    expect(bsonCodec(type('int8', { document: 'string' })).toBson('5')).toBe('5');
    expect(bsonCodec(type('jsonb')).toBson('[1,3000000000,1.5,99999999999999999999]')).toEqual([
      new Int32(1),
      Long.fromNumber(3_000_000_000),
      new Double(1.5),
      Decimal128.fromString('99999999999999999999'),
    ]);
  });
});

describe('keyCodec', () => {
  it('takes one key of MongoDB for one key', () => {
    for (const five of [new Int32(5), Long.fromNumber(5), new Double(5), Decimal128.fromString('5.00')]) {
      expect(key('int8', five)).toBe('5');
      expect(key('numeric', five)).toBe('5');
    }
    expect(key('text', 'a')).toBe('a');
    expect(key('numeric', Decimal128.fromString('0.10'))).toBe('0.1');
    expect(key('uuid', new UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'))).toBe('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
    expect(key('timestamptz', new Date(5), { precision: 3 })).toBe('1970-01-01T00:00:00.005Z');
    expect(key('text', new ObjectId('0123456789abcdef01234567'), { document: 'objectId' })).toBe(
      '0123456789abcdef01234567',
    );
  });

  it.each<[ColumnType['kind'], unknown, Partial<ColumnType>?]>([
    ['int4', new ObjectId()],
    ['int4', '5'],
    ['int4', null],
    ['int4', new Double(5.5)],
    ['text', new Int32(5)],
    ['text', new ObjectId()],
    ['numeric', new Double(0.1)],
    ['numeric', '5'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['char', 'a ', { length: 3 }],
    ['time', '03:04'],
    ['timestamptz', new Date(5), { precision: 1 }],
    ['date', new Date(0)],
    ['bool', 'true'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', { document: 'string' }],
  ])('refuses what would be another key than ours: %s', (kind, value, more = {}) => {
    expect(refusalOf(key(kind, value, more))).toBe('type_mismatch');
  });

  it('calls a document as key a conflict of structure', () => {
    expect(refusalOf(key('int4', { a: 1 }))).toBe('structural');
  });
});

describe('documentOf', () => {
  const entity: Entity = {
    name: 'public.t',
    schema: 'public',
    table: 't',
    collection: 't',
    sequenceKey: false,
    mayDeviate: false,
    key: [
      { column: 'b', field: 'b', type: type('int4'), nullable: false, hasDefault: false },
      { column: 'a', field: 'a', type: type('text'), nullable: false, hasDefault: false },
    ],
    fields: ['x', '__proto__', 'y'].map((name) => ({
      column: name,
      field: name,
      type: type('int8'),
      nullable: true,
      hasDefault: false,
    })),
  };

  it('shows a record with its composite key in order and the image of what is refused', () => {
    const shown = documentOf(entity, { entity: 'public.t', key: '["5","z"]' }, [null, '7', field('int8', 'cheap')]);
    expect(Object.keys(shown ?? {})).toEqual(['_id', '__proto__', 'y']);
    expect(Object.keys(shown?.['_id'] as object)).toEqual(['b', 'a']);
    expect(shown?.['y']).toBe('"cheap"');
    expect(documentOf(entity, { entity: 'public.t', key: '["5","z"]' }, null)).toBeNull();
  });
});
