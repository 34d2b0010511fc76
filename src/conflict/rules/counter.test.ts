/** The rule `counter`: exact, the same for both orders, and a person where the column does not hold the sum. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainDecimal } from '../../model/canonical-number.js';
import type { ColumnKind, ColumnType } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { createLwwElementSet, createPnCounter, decrement, increment } from '../crdt/crdt.js';
import type { FieldAnswer } from '../field-case.js';
import { isCanonical } from '../fits-column.js';
import { decideCounter } from './counter.js';

function decide(type: ColumnType, [base, sql, mongodb]: readonly [Value, Value, Value]): FieldAnswer {
  const field = { column: 'visits', field: 'visits', type, nullable: true, hasDefault: false };
  return decideCounter({ field, base, sql, mongodb, later: 'sql' });
}

function typeOf(kind: ColumnKind, more: Partial<ColumnType> = {}): ColumnType {
  return { kind, sql: kind, ...more };
}

const numeric = typeOf('numeric');
const money = typeOf('numeric', { precision: 6, scale: 2 });

describe('counter', () => {
  it.each<[string, ColumnType, Value, Value, Value, Value]>([
    ['both changes', typeOf('int4'), '10', '13', '8', '11'],
    ['two equal changes twice', typeOf('int4'), '5', '6', '6', '7'],
    ['from nothing', typeOf('int4'), null, '2', '3', '5'],
    ['below zero', typeOf('int2'), '1', '-4', '0', '-5'],
    ['to zero', typeOf('int4'), '5', '0', '5', '0'],
    [
      'int8 beyond doubles',
      typeOf('int8'),
      '9007199254740992',
      '9007199254740993',
      '9007199254740993',
      '9007199254740994',
    ],
    ['int8 to its end', typeOf('int8'), '0', '9223372036854775806', '1', '9223372036854775807'],
    ['numeric as it is written', numeric, '0.1', '0.3', '0.4', '0.6'],
    [
      'numeric with 34 digits',
      numeric,
      '0',
      '1234567890123456789012345678901.234',
      '-1',
      '1234567890123456789012345678900.234',
    ],
    ['numeric that cancels out', numeric, '1.5', '0', '1.5', '0'],
    ['numeric, its zeros trimmed', numeric, '1', '1.25', '1.75', '2'],
    ['numeric without -0', numeric, '2', '-1', '1', '-2'],
    ['numeric(6,2)', money, '1', '9999.99', '0', '9998.99'],
    ['float8 in decimals', typeOf('float8'), '0', '0.1', '0.2', '0.3'],
    ['float8 of all sizes', typeOf('float8'), '1e+300', '2e+300', '1.5', '1e+300'],
    ['float4 in its shortest text', typeOf('float4'), '0.1', '0.2', '0.3', '0.4'],
    ['a JSON number, exactly', typeOf('jsonb'), '1', '9007199254740993', '2', '9007199254740994'],
    ['a cleared one that nobody else changed', typeOf('int4'), '5', null, '5', null],
    ['NaN that nobody else changed', typeOf('float8'), '5', '5', 'NaN', 'NaN'],
  ])('%s', (_, type, base, sql, mongodb, value) => {
    expect(decide(type, [base, sql, mongodb])).toStrictEqual({ decided: true, value });
    expect(decide(type, [base, mongodb, sql])).toStrictEqual({ decided: true, value });
  });

  it.each<[string, ColumnType, Value, Value, Value, RegExp]>([
    ['out of range', typeOf('int2'), '0', '32767', '1', /int2 does not hold/],
    ['below the range', typeOf('int8'), '0', '-9223372036854775808', '-1', /does not hold/],
    ['too many digits before the point', money, '0', '9999.99', '0.01', /does not hold/],
    ['more digits than Decimal128 has', numeric, '0', `1${'0'.repeat(33)}`, '0.1', /does not hold/],
    [
      'more digits than a double has',
      typeOf('numeric', { document: 'double' }),
      '0',
      '9007199254740992',
      '1',
      /does not hold/,
    ],
    ['more than float8 holds', typeOf('float8'), '0', '1.7976931348623157e+308', '1e+308', /does not hold/],
    ['more than float4 holds', typeOf('float4'), '0', '3e+38', '1e+38', /does not hold/],
    ['NaN', typeOf('float8'), '1', 'NaN', '2', /finite/],
    ['-Infinity', numeric, '1', '2', '-Infinity', /finite/],
    ['an infinite ancestor', numeric, 'Infinity', '2', '3', /finite/],
    ['cleared on one side', typeOf('int4'), '5', null, '7', /cleared/],
    ['JSON that is no number', typeOf('jsonb'), '1', '"2"', '3', /neither numbers/],
    ['a JSON ancestor that is no number', typeOf('jsonb'), '[]', '2', '3', /neither numbers/],
    ['JSON numbers of too many digits', typeOf('jsonb'), '0', `1${'0'.repeat(33)}`, '0.1', /Decimal128/],
  ])('leaves to a person: %s', (_, type, base, sql, mongodb, reason) => {
    for (const pair of [
      [sql, mongodb],
      [mongodb, sql],
    ] as const)
      expect(decide(type, [base, ...pair])).toStrictEqual({ decided: false, reason: expect.stringMatching(reason) });
  });
});

/** Canonical numbers of a kind, some with the ends of its range. */
const numbers: Readonly<Partial<Record<ColumnKind, fc.Arbitrary<string>>>> = {
  int2: fc.integer({ min: -32768, max: 32767 }).map(String),
  int4: fc.integer().map(String),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  numeric: fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -10, max: 0 }))
    .map(([digits, exponent]) => plainDecimal(`${digits}e${exponent}`) as string),
  float4: fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => String(Number(x.toPrecision(6)))),
  float8: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? '0' : String(x))),
  jsonb: fc.maxSafeInteger().map(String),
};

describe.each(Object.entries(numbers))('counter on %s', (kind, number) => {
  const type = typeOf(kind as ColumnKind);
  const valid = number.filter((text) => isCanonical(type, text));

  it('is the same for both orders, canonical, and keeps what one side alone did', () => {
    const law = fc.property(valid, valid, valid, (base, sql, mongodb) => {
      const answer = decide(type, [base, sql, mongodb]);
      expect(decide(type, [base, mongodb, sql])).toStrictEqual(answer);
      if (answer.decided) expect(isCanonical(type, answer.value)).toBe(true);
      expect(decide(type, [base, sql, base])).toStrictEqual({ decided: true, value: sql });
      expect(decide(type, [base, base, sql])).toStrictEqual({ decided: true, value: sql });
    });
    fc.assert(law, { numRuns: 1000 });
  });
});

describe('counter on int8', () => {
  it('is the ancestor plus both differences wherever that fits', () => {
    const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const law = fc.property(any, any, any, (base, sql, mongodb) => {
      const sum = base + (sql - base) + (mongodb - base);
      const answer = decide(typeOf('int8'), [String(base), String(sql), String(mongodb)]);
      if (BigInt.asIntN(64, sum) === sum) expect(answer).toStrictEqual({ decided: true, value: String(sum) });
      else expect(answer.decided).toBe(false);
    });
    fc.assert(law, { numRuns: 2000 });
  });
});

describe('counter on stored CRDT state', () => {
  const start = increment(createPnCounter(), 'start', 10);
  const text = (state: unknown): string => JSON.stringify(state);
  const canonical = '{"crdt":"pn_counter","n":{"mongodb":2},"p":{"sql":5,"start":10}}';

  it.each(['json', 'jsonb'] as const)('joins both, in canonical form: %s', (kind) => {
    const [sql, mongodb] = [text(increment(start, 'sql', 5)), text(decrement(start, 'mongodb', 2))];
    for (const base of [text(start), null]) {
      expect(decide(typeOf(kind), [base, sql, mongodb])).toStrictEqual({ decided: true, value: canonical });
      expect(decide(typeOf(kind), [base, mongodb, sql])).toStrictEqual({ decided: true, value: canonical });
    }
  });

  it.each<[string, Value, RegExp]>([
    ['a number', '5', /one side holds CRDT state/],
    ['another kind', text(createLwwElementSet()), /g_counter and pn_counter states only/],
    ['another kind of counter', '{"crdt":"g_counter","p":{}}', /cannot be merged/],
    ['a broken state', '{"crdt":"pn_counter","n":{},"p":{"a":-1}}', /whole number/],
    ['a count that a double would round', '{"crdt":"pn_counter","n":{},"p":{"a":9007199254740993}}', /whole number/],
    [
      'a count with a fraction that a double drops',
      '{"crdt":"pn_counter","n":{},"p":{"a":5.00000000000000000001}}',
      /whole/,
    ],
    ['nothing', null, /cleared/],
  ])('leaves to a person: the other side holds %s', (_, other, reason) => {
    const mine = text(increment(start, 'sql', 5));
    const answer = { decided: false, reason: expect.stringMatching(reason) };
    expect(decide(typeOf('jsonb'), [text(start), mine, other])).toStrictEqual(answer);
    expect(decide(typeOf('jsonb'), [text(start), other, mine])).toStrictEqual(answer);
  });
});
