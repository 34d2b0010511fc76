/** Records as plain data: what modules and people see, what they may give back, and what is said of the rest. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../model/canonical-json.js';
import type { ColumnType } from '../model/entity.js';
import { refuse } from '../model/refusal.js';
import { entityOf, fieldOf, typeOf } from '../testing/conflict-cases.js';
import { plainKey, plainRecord, stateOfPlain } from './plain.js';
import { plainValue, valueOfPlain } from './plain-value.js';

const numbers: ColumnType = { kind: 'array', sql: 'integer[]', element: typeOf.int4 };
const jsons: ColumnType = { kind: 'array', sql: 'jsonb[]', element: typeOf.jsonb };
const price: ColumnType = { ...typeOf.numeric, precision: 6, scale: 2 };

describe('values', () => {
  it.each([
    [typeOf.bool, 'true', true],
    [typeOf.int4, '-5', -5],
    [typeOf.int8, '9007199254740993', '9007199254740993'],
    [typeOf.numeric, '12345678901234567890.12', '12345678901234567890.12'],
    [typeOf.float8, '1e+21', 1e21],
    [typeOf.float8, 'NaN', 'NaN'],
    [typeOf.float8, '-Infinity', '-Infinity'],
    [typeOf.float4, '0.1', 0.1],
    [typeOf.text, '', ''],
    [typeOf.timestamptz, '2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678Z'],
    [typeOf.bytea, '00ff', '00ff'],
    [typeOf.jsonb, '{"a":[1,null,"x"],"b":1152921504606846976}', { a: [1, null, 'x'], b: 2 ** 60 }],
    [typeOf.jsonb, '{"n":9007199254740993}', { n: { $numberDecimal: '9007199254740993' } }],
    [typeOf.jsonb, '0.12345678901234567890123', { $numberDecimal: '0.12345678901234567890123' }],
    [typeOf.jsonb, '{"$numberDecimal":"9007199254740993"}', { $$numberDecimal: '9007199254740993' }],
    [typeOf.jsonb, '{"$$numberDecimal":5}', { $$$numberDecimal: 5 }],
    [typeOf.jsonb, '{"$numberDecimal":"5","x":1}', { $numberDecimal: '5', x: 1 }],
    [typeOf.jsonb, '{"$date":{"$numberLong":"5"}}', { $date: { $numberLong: '5' } }],
    [typeOf.jsonb, 'false', false],
    [typeOf.array, '["a",null]', ['a', null]],
    [
      numbers,
      '[["1","2"],["3",null]]',
      [
        [1, 2],
        [3, null],
      ],
    ],
    [jsons, '["[1,2]",null,"{\\"a\\":1}"]', [[1, 2], null, { a: 1 }]],
  ])('%o: %s', (type, value, plain) => {
    expect(plainValue(type, value)).toEqual(plain);
    expect(valueOfPlain(type, structuredClone(plain))).toEqual({ ok: true, value });
    expect(valueOfPlain(type, JSON.parse(JSON.stringify(plain)))).toEqual({ ok: true, value });
  });

  it('null is null, and JSON null too', () => {
    for (const type of Object.values(typeOf)) {
      expect(plainValue(type, null)).toBe(null);
      expect(valueOfPlain(type, null)).toEqual({ ok: true, value: null });
    }
  });

  it('a value that cannot cross says why and what it is', () => {
    const value = refuse({ kind: 'type_mismatch', reason: 'it is no number', image: 'cheap' });
    expect(plainValue(typeOf.numeric, value)).toEqual({ $refused: 'it is no number', $text: 'cheap' });
    expect(valueOfPlain(typeOf.numeric, plainValue(typeOf.numeric, value))).toMatchObject({ ok: false });
  });

  it.each([
    [typeOf.numeric, 1.5, '1.5'],
    [typeOf.numeric, '1.50', '1.5'],
    [typeOf.int8, 5, '5'],
    [typeOf.int4, '5', '5'],
    [typeOf.int4, -0, '0'],
    [typeOf.char, 'a  ', 'a'],
    [typeOf.uuid, '00000000-0000-4000-8000-00000000000A', '00000000-0000-4000-8000-00000000000a'],
    [typeOf.timestamptz, '2024-01-02T03:04:05+01:00', '2024-01-02T02:04:05.000Z'],
    [typeOf.jsonb, { b: 1, a: 1.0 }, '{"a":1,"b":1}'],
  ])('%o takes %j as %s', (type, plain, value) => {
    expect(valueOfPlain(type, plain)).toEqual({ ok: true, value });
  });

  it.each([
    [typeOf.bool, 'true'],
    [typeOf.bool, 1],
    [typeOf.int4, 1.5],
    [typeOf.int4, 2147483648],
    [typeOf.int4, true],
    [typeOf.int4, Number.NaN],
    [typeOf.int8, 9007199254740992],
    [typeOf.int8, '1e3'],
    [price, '10000'],
    [price, '1.234'],
    [typeOf.text, 5],
    [typeOf.text, 'a\u0000'],
    [typeOf.text, 'a\ud800'],
    [typeOf.varchar, 'x'.repeat(21)],
    [typeOf.enum, 'lost'],
    [typeOf.date, '2023-02-29'],
    [typeOf.bytea, 'xyz'],
    [typeOf.timestamptz, new Date(0)],
    [typeOf.jsonb, undefined],
    [typeOf.jsonb, { a: undefined }],
    [typeOf.jsonb, { a: new Date(0) }],
    [typeOf.jsonb, [Number.POSITIVE_INFINITY]],
    [typeOf.jsonb, { a: 10n }],
    [typeOf.jsonb, { $numberDecimal: `1.${'1'.repeat(40)}` }],
    [typeOf.jsonb, new Map([['a', 1]])],
    [typeOf.array, 'a'],
    [typeOf.array, ['a', 5]],
    [numbers, [[1], [2, 3]]],
    [numbers, [[]]],
    [numbers, [1, [2]]],
    [jsons, [{ a: Number.NaN }]],
  ])('%o does not take %o, and does not repeat it', (type, plain) => {
    const read = valueOfPlain(type, plain);
    expect(read).toMatchObject({ ok: false, reason: expect.stringMatching(/does not fit/) });
  });

  it('ends with data that refers to itself, or is too deep', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(valueOfPlain(typeOf.jsonb, loop)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('100 levels'),
    });
  });

  it('of JSON come back through text, whatever the keys', () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', '$numberDecimal', '$$numberDecimal', '7', 'constructor'),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.string(), fc.boolean(), fc.constantFrom(null, '9007199254740993')),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (data, big) => {
        const text = JSON.stringify({ data, big: 0 }).replace('"big":0', `"big":${big}`);
        if (/\\u0000|\\ud[89a-f]/i.test(text)) return;
        const canonical = canonicalJson(text);
        const plain: unknown = JSON.parse(JSON.stringify(plainValue(typeOf.jsonb, canonical)));
        expect(valueOfPlain(typeOf.jsonb, plain)).toEqual({ ok: true, value: canonical });
      }),
    );
  });
});

describe('records', () => {
  const users = entityOf({ name: typeOf.text, visits: typeOf.int4 });
  const places = entityOf(
    { note: typeOf.text },
    {
      key: [
        fieldOf('country', typeOf.text, { nullable: false }),
        fieldOf('place_no', typeOf.int4, { field: 'placeNo', nullable: false }),
      ],
    },
  );
  const place = '["DE","5"]';

  it('look like their documents', () => {
    expect(plainRecord(users, '9007199254740993', ['Ann', '5'])).toEqual({
      _id: '9007199254740993',
      name: 'Ann',
      visits: 5,
    });
    expect(plainRecord(places, place, ['x'])).toEqual({ _id: { country: 'DE', placeNo: 5 }, note: 'x' });
    expect(plainKey(places, place)).toEqual({ country: 'DE', placeNo: 5 });
    expect(plainRecord(users, '1', null)).toBe(null);
  });

  it('show a key that cannot cross', () => {
    const key = refuse({ kind: 'type_mismatch', reason: 'it is no number', image: 'x' });
    for (const entity of [users, places]) expect(plainRecord(entity, key, null)).toBe(null);
    expect(plainRecord(places, key, ['x'])).toEqual({ _id: { $refused: 'it is no number', $text: 'x' }, note: 'x' });
  });

  it.each([
    [users, '7', ['Ann', '5']],
    [users, '7', [null, null]],
    [places, place, ['x']],
    [users, '7', null],
  ])('come back: %o', (entity, key, state) => {
    const plain: unknown = JSON.parse(JSON.stringify(plainRecord(entity, key, state)));
    expect(stateOfPlain(entity, key, plain)).toEqual({ ok: true, state });
  });

  it('may leave out their key, or give it in another form, but not another one', () => {
    expect(stateOfPlain(users, '7', { name: 'a', visits: 1 }).ok).toBe(true);
    expect(stateOfPlain(users, '7', { _id: 7, name: 'a', visits: 1 }).ok).toBe(true);
    expect(stateOfPlain(places, place, { _id: { placeNo: '5', country: 'DE' }, note: null }).ok).toBe(true);
    for (const _id of [8, null, '07', { 0: '7' }, ['7']])
      expect(stateOfPlain(users, '7', { _id, name: 'a', visits: 1 })).toEqual({
        ok: false,
        reason: 'its _id is another key than the record’s',
      });
    for (const _id of [
      { country: 'DE' },
      { country: 'DE', placeNo: 6 },
      { country: 'DE', placeNo: 5, x: 1 },
      'DE',
      null,
    ])
      expect(stateOfPlain(places, place, { _id, note: null }).ok).toBe(false);
  });

  it('must not be null where their column is not', () => {
    for (const hasDefault of [false, true]) {
      const entity = { ...users, fields: [fieldOf('name', typeOf.text, { nullable: false, hasDefault })] };
      expect(stateOfPlain(entity, '7', { name: null })).toEqual({
        ok: false,
        reason: 'field name: the column must not be null',
      });
    }
  });

  it('with a field like a prototype’s are not mistaken', () => {
    const entity = entityOf(
      { __proto__x: typeOf.text },
      { fields: [fieldOf('p', typeOf.jsonb, { field: '__proto__' })] },
    );
    expect(stateOfPlain(entity, '7', {})).toMatchObject({ ok: false });
    const plain: unknown = JSON.parse(JSON.stringify(plainRecord(entity, '7', ['5'])));
    expect(stateOfPlain(entity, '7', plain)).toEqual({ ok: true, state: ['5'] });
  });
});
