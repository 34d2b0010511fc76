/** Each rule on values that both sides changed: what comes out, the same whichever side is called which where it should be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../model/canonical-json.js';
import type { ColumnType } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { fieldOf, typeOf } from '../../testing/conflict-cases.js';
import type { FieldAnswer } from '../field-case.js';
import type { PlainRule } from '../policy.js';
import { decideField } from './decide-field.js';
import { mergeLists } from './merge-lists.js';

type Three = readonly [base: Value, sql: Value, mongodb: Value];

function ask(rule: PlainRule, type: ColumnType, [base, sql, mongodb]: Three): FieldAnswer {
  return decideField(rule, { field: fieldOf('f', type), base, sql, mongodb, later: 'sql' });
}

function decided(rule: PlainRule, type: ColumnType, three: Three): Value {
  const answer = ask(rule, type, three);
  if (!answer.decided) throw new Error(answer.reason);
  return answer.value;
}

describe('max and min', () => {
  it.each([
    [typeOf.int4, '9', '10'],
    [typeOf.int4, '-10', '-9'],
    [typeOf.int8, '9007199254740992', '9007199254740993'],
    [typeOf.numeric, '0.1', '0.10000000000000000001'],
    [typeOf.numeric, '-Infinity', '-5'],
    [typeOf.numeric, '5', 'Infinity'],
    [typeOf.numeric, 'Infinity', 'NaN'],
    [typeOf.float8, '2.5', '1e+21'],
    [typeOf.float8, '5e-324', '1'],
    [typeOf.bool, 'false', 'true'],
    [typeOf.enum, 'paid', 'shipped'],
    [typeOf.enum, 'new', 'paid'],
    [typeOf.date, '-infinity', '0044-03-15 BC'],
    [typeOf.date, '0045-03-15 BC', '0044-03-15 BC'],
    [typeOf.date, '0001-12-31 BC', '0001-01-01'],
    [typeOf.date, '9999-12-31', '10000-01-01'],
    [typeOf.date, '2024-02-29', 'infinity'],
    [typeOf.time, '03:04:05', '03:04:05.1'],
    [typeOf.time, '03:04:05.12', '03:04:06'],
    [typeOf.time, '23:59:59', '24:00:00'],
    [typeOf.timestamptz, '9999-12-31T23:59:59.999Z', '+010000-01-01T00:00:00.000Z'],
    [typeOf.timestamp, '-000043-03-15T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
  ])('of %o: %s is less than %s', (type, less, more) => {
    for (const three of [
      [null, less, more],
      [null, more, less],
      [less, more, less],
    ] as const) {
      expect(decided('max', type, three)).toBe(more);
      expect(decided('min', type, three)).toBe(less);
    }
  });

  it('a value is more than none', () => {
    expect(decided('max', typeOf.int4, ['1', null, '-5'])).toBe('-5');
    expect(decided('min', typeOf.int4, ['1', '7', null])).toBe('7');
  });
});

describe('merge_array', () => {
  it.each([
    ['["a","b"]', '["a","b","c"]', '["b","d"]', '["b","c","d"]'],
    ['["a","b"]', '["b"]', '["a"]', '[]'],
    [null, '["a"]', '["b","a"]', '["a","b"]'],
    ['["a"]', null, '["a","b"]', '["b"]'],
    ['["a"]', null, '[]', null],
    ['["a","a"]', '["a"]', '["a","a","a"]', '["a","a"]'],
    ['["a"]', '["a","x"]', '["a","x"]', '["a","x"]'],
    ['["a"]', '["a",null]', '["a","b"]', '["a",null,"b"]'],
  ])('%s, %s, %s: %s', (base, sql, mongodb, expected) => {
    expect(decided('merge_array', typeOf.array, [base, sql, mongodb])).toBe(expected);
    expect(decided('merge_array', typeOf.jsonb, [base, sql, mongodb])).toBe(expected);
  });

  it('rows of a two-dimensional array are its elements, and must stay of one length', () => {
    expect(decided('merge_array', typeOf.array, ['[["1","2"]]', '[["1","2"],["3","4"]]', '[]'])).toBe('[["3","4"]]');
    expect(ask('merge_array', typeOf.array, ['[]', '[["1","2"]]', '[["3"]]'])).toEqual({
      decided: false,
      reason: 'what the rule merge_array makes of both does not fit text[]',
    });
  });

  it('JSON elements are compared as a whole, numbers exactly', () => {
    const [a, b] = ['{"n":9007199254740992}', '{"n":9007199254740993}'];
    expect(decided('merge_array', typeOf.jsonb, [null, `[${a}]`, `[${b},1]`])).toBe(`[${a},${b},1]`);
  });

  it('leaves JSON that is no array to a person', () => {
    expect(ask('merge_array', typeOf.jsonb, ['[]', '{"a":1}', '[1]']).decided).toBe(false);
  });
});

describe('merge_object', () => {
  it.each([
    ['{"a":1,"b":2}', '{"a":1,"b":3}', '{"a":5,"b":2}', '{"a":5,"b":3}'],
    ['{"a":1}', '{}', '{"a":1,"b":1}', '{"b":1}'],
    ['{"a":1}', '{"a":2}', '{"a":3}', '{"a":2}'],
    ['{"a":1}', '{}', '{"a":3}', '{}'],
    ['{"a":1}', '{"a":3}', '{}', '{"a":3}'],
    ['{"a":{"x":1,"y":1}}', '{"a":{"x":2,"y":1}}', '{"a":{"x":1,"y":2}}', '{"a":{"x":2,"y":2}}'],
    ['{"t":["a"]}', '{"t":["a","b"]}', '{"t":["c"]}', '{"t":["b","c"]}'],
    ['{"a":1}', '{"a":{"x":1}}', '{"a":[1]}', '{"a":{"x":1}}'],
    ['{"a":null}', '{"a":1}', '{"a":null,"b":null}', '{"a":1,"b":null}'],
    [null, '{"a":{"x":1}}', '{"a":{"y":1}}', '{"a":{"x":1,"y":1}}'],
    ['{"a":1}', null, '{"a":2,"b":1}', '{"b":1}'],
    ['{"a":1}', null, '{}', null],
    ['{"__proto__":1}', '{"__proto__":2}', '{"__proto__":1,"x":1}', '{"__proto__":2,"x":1}'],
  ])('%s, %s, %s: %s', (base, sql, mongodb, expected) => {
    expect(decided('merge_object', typeOf.jsonb, [base, sql, mongodb])).toBe(expected);
  });

  it('never takes a date or an ObjectId apart', () => {
    const [date, oid] = ['{"$date":{"$numberLong":"5"}}', '{"$oid":"0123456789abcdef01234567"}'];
    expect(decided('merge_object', typeOf.jsonb, [null, `{"a":${date}}`, `{"a":${oid}}`])).toBe(`{"a":${date}}`);
  });

  it('leaves JSON that is no object to a person', () => {
    for (const other of ['[1]', '5', '{"$oid":"0123456789abcdef01234567"}'])
      expect(ask('merge_object', typeOf.jsonb, ['{}', '{"a":1}', other]).decided).toBe(false);
  });
});

const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 });
const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => value !== null);
const object = fc
  .dictionary(fc.constantFrom('a', 'b', 'c'), json, { maxKeys: 3 })
  .map((value) => canonicalJson(JSON.stringify(value)));

describe('laws', () => {
  it('merge_array: what one side did alone is what comes out, but for the order', () => {
    fc.assert(
      fc.property(letters, letters, (base, other) => {
        const merge = (sql: string[], mongodb: string[]) => mergeLists({ base, sql, mongodb }, String).toSorted();
        expect(merge(base, other)).toEqual(other.toSorted());
        expect(merge(other, base)).toEqual(other.toSorted());
        expect(merge(other, other)).toEqual(other.toSorted());
      }),
    );
  });

  it('merge_array: the same elements from both orders, and none that neither side has', () => {
    fc.assert(
      fc.property(letters, letters, letters, (base, sql, mongodb) => {
        const one = mergeLists({ base, sql, mongodb }, String);
        const swapped = mergeLists({ base, sql: mongodb, mongodb: sql }, String);
        expect(swapped.toSorted()).toEqual(one.toSorted());
        for (const element of one) expect([...sql, ...mongodb]).toContain(element);
        const added = sql.filter((each) => !base.includes(each));
        for (const each of added) expect(one).toContain(each);
        const removed = base.filter((each) => !sql.includes(each) && !mongodb.includes(each));
        for (const each of removed) expect(one).not.toContain(each);
      }),
    );
  });

  it('merge_object: what one side did alone is what comes out; the result is canonical', () => {
    fc.assert(
      fc.property(object, object, object, (base, sql, mongodb) => {
        expect(decided('merge_object', typeOf.jsonb, [base, sql, base])).toBe(sql);
        expect(decided('merge_object', typeOf.jsonb, [base, base, mongodb])).toBe(mongodb);
        const merged = decided('merge_object', typeOf.jsonb, [base, sql, mongodb]) as string;
        expect(canonicalJson(merged)).toBe(merged);
        expect(decided('merge_object', typeOf.jsonb, [base, merged, merged])).toBe(merged);
      }),
    );
  });

  it('max and min are one of both, and do not mind which side has which', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        const [sql, mongodb] = [String(a), String(b)];
        expect(decided('max', typeOf.numeric, [null, sql, mongodb])).toBe(String(a > b ? a : b));
        expect(decided('min', typeOf.numeric, [null, mongodb, sql])).toBe(String(a > b ? b : a));
      }),
    );
  });
});
