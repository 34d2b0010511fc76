/** The rule `set`: what both sides added is in, what a side removed is out, and nothing else moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { add, createOrSet, createPnCounter, remove } from '../crdt/crdt.js';
import type { FieldAnswer } from '../field-case.js';
import { isCanonical } from '../fits-column.js';
import { decideSet } from './set.js';

const texts: ColumnType = { kind: 'array', sql: 'text[]', element: { kind: 'text', sql: 'text' } };
const numbers: ColumnType = { kind: 'array', sql: 'int4[]', element: { kind: 'int4', sql: 'int4' } };
const documents: ColumnType = { kind: 'array', sql: 'jsonb[]', element: { kind: 'jsonb', sql: 'jsonb' } };
const jsonb: ColumnType = { kind: 'jsonb', sql: 'jsonb' };

function decide(type: ColumnType, [base, sql, mongodb]: readonly [Value, Value, Value]): FieldAnswer {
  const field = { column: 'tags', field: 'tags', type, nullable: true, hasDefault: false };
  return decideSet({ field, base, sql, mongodb, later: 'sql' });
}

function written(list: readonly unknown[] | null): Value {
  return list === null ? null : JSON.stringify(list);
}

type Lists = readonly [base: unknown[] | null, sql: unknown[] | null, mongodb: unknown[] | null];

describe('set', () => {
  it('keeps the tags that support added and drops the one that the shop removed', () => {
    const base = ['new', 'trial', 'newsletter'];
    const sql = ['new', 'newsletter', 'paying'];
    const mongodb = ['vip', 'new', 'trial', 'newsletter'];
    const value = '["new","newsletter","paying","vip"]';
    expect(decide(texts, [written(base), written(sql), written(mongodb)])).toStrictEqual({ decided: true, value });
  });

  it.each<[string, Lists, readonly unknown[] | null]>([
    ['adds of both, SQL’s first', [['a'], ['c', 'a'], ['b', 'a']], ['a', 'c', 'b']],
    ['the same add once', [['a'], ['a', 'b'], ['b', 'a']], ['a', 'b']],
    [
      'removes of both',
      [
        ['a', 'b', 'c'],
        ['b', 'c'],
        ['a', 'c'],
      ],
      ['c'],
    ],
    ['removed here, added again there', [['a'], [], ['a', 'a']], []],
    [
      'the ancestor’s order',
      [
        ['c', 'a', 'b'],
        ['a', 'b', 'c', 'd'],
        ['b', 'c', 'a', 'e'],
      ],
      ['c', 'a', 'b', 'd', 'e'],
    ],
    ['no ancestor', [null, ['a'], ['b', 'a']], ['a', 'b']],
    [
      'an element twice, untouched',
      [
        ['a', 'a', 'b'],
        ['a', 'a'],
        ['c', 'a', 'a', 'b'],
      ],
      ['a', 'a', 'c'],
    ],
    [
      'an element twice, once on one side',
      [
        ['a', 'a'],
        ['a', 'b'],
        ['a', 'a', 'c'],
      ],
      ['a', 'b', 'c'],
    ],
    ['an empty one and adds', [['a'], [], ['a', 'b']], ['b']],
    ['null as an empty one', [['a'], null, ['a', 'b']], ['b']],
    ['null, and nothing left', [['a', 'b'], null, ['a']], null],
    ['null among the elements', [['a', null], ['a', null, 'b'], ['a']], ['a', 'b']],
    ['all removed by both', [['a', 'b'], ['a'], ['b']], []],
    [
      'what one side did alone, its order too',
      [
        ['a', 'b'],
        ['b', 'a'],
        ['a', 'b'],
      ],
      ['b', 'a'],
    ],
  ])('%s', (_, [base, sql, mongodb], expected) => {
    const answer = { decided: true, value: written(expected) };
    expect(decide(texts, [written(base), written(sql), written(mongodb)])).toStrictEqual(answer);
    const isPlain = [base, sql, mongodb].every((list) => list === null || list.every((each) => each !== null));
    if (isPlain) expect(decide(jsonb, [written(base), written(sql), written(mongodb)])).toStrictEqual(answer);
  });

  it('takes elements for the same by their canonical text', () => {
    expect(decide(numbers, ['["1"]', '["1","10"]', '["1","2"]'])).toStrictEqual({
      decided: true,
      value: '["1","10","2"]',
    });
    const [base, sql, mongodb] = [
      '[1,"1",{"a":[1],"b":null}]',
      '["1",{"a":[1],"b":null}]',
      '[1,"1",[1],{"a":[1],"b":null}]',
    ];
    expect(decide(jsonb, [base, sql, mongodb])).toStrictEqual({ decided: true, value: '["1",{"a":[1],"b":null},[1]]' });
    const exact = ['[]', '[9007199254740993]', '[9007199254740992]'] as const;
    expect(decide(jsonb, exact)).toStrictEqual({ decided: true, value: '[9007199254740993,9007199254740992]' });
    const inColumn = [written([]), written(['[1]', '{"a":1}']), written(['{"a":1}', '[]'])] as const;
    const value = written(['[1]', '{"a":1}', '[]']);
    expect(decide(documents, inColumn)).toStrictEqual({ decided: true, value });
  });

  it.each<[string, ColumnType, Value, Value, Value, RegExp]>([
    ['several dimensions', texts, '[["a"]]', '[["a"],["b"]]', '[["a"],["c"]]', /several dimensions/],
    ['several dimensions on one side', texts, '["a"]', '[["b"]]', '["c"]', /several dimensions/],
    ['JSON that is no array', jsonb, '[]', '{"a":1}', '[1]', /neither arrays/],
    ['a JSON ancestor that is no array', jsonb, '"a"', '["a"]', '["b"]', /neither arrays/],
  ])('leaves to a person: %s', (_, type, base, sql, mongodb, reason) => {
    for (const pair of [
      [sql, mongodb],
      [mongodb, sql],
    ] as const)
      expect(decide(type, [base, ...pair])).toStrictEqual({ decided: false, reason: expect.stringMatching(reason) });
  });
});

const element = fc.constantFrom<string | null>('a', 'b', 'c', '', '7', '__proto__', null);
const list = fc.option(fc.array(element, { maxLength: 6 }), { freq: 10 });

describe('the laws of set', () => {
  it('hold for any three lists', () => {
    const law = fc.property(list, list, list, (base, sql, mongodb) => {
      const answer = decide(texts, [written(base), written(sql), written(mongodb)]);
      const swapped = decide(texts, [written(base), written(mongodb), written(sql)]);
      if (!answer.decided || !swapped.decided) throw new Error('a set was left to a person');
      expect(isCanonical(texts, answer.value)).toBe(true);
      const merged = JSON.parse(answer.value ?? '[]') as (string | null)[];
      const other = JSON.parse(swapped.value ?? '[]') as (string | null)[];
      // The same elements as often, in whatever order.
      expect(merged.map(String).sort()).toStrictEqual(other.map(String).sort());
      const [before, left, right] = [new Set(base), new Set(sql), new Set(mongodb)];
      for (const each of [...before, ...left, ...right]) {
        const stays = before.has(each) ? left.has(each) && right.has(each) : true;
        expect(merged.includes(each)).toBe(stays);
      }
    });
    fc.assert(law, { numRuns: 3000 });
  });

  it('leave an array without repeated elements without them', () => {
    const distinct = fc.uniqueArray(element, { maxLength: 6 });
    const law = fc.property(distinct, distinct, distinct, (base, sql, mongodb) => {
      const answer = decide(texts, [written(base), written(sql), written(mongodb)]);
      const merged = JSON.parse((answer.decided && answer.value) || '[]') as unknown[];
      expect(new Set(merged).size).toBe(merged.length);
    });
    fc.assert(law, { numRuns: 1000 });
  });

  it('say the same of an array and of a JSON array', () => {
    const plain = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 });
    const law = fc.property(plain, plain, plain, (base, sql, mongodb) => {
      const values = [written(base), written(sql), written(mongodb)] as const;
      expect(decide(jsonb, values)).toStrictEqual(decide(texts, values));
    });
    fc.assert(law, { numRuns: 1000 });
  });
});

describe('set on stored CRDT state', () => {
  const start = add(add(createOrSet(), 'trial', 'start'), 'new', 'start');
  const sql = JSON.stringify(add(remove(start, 'trial'), 'paying', 'sql'));
  const mongodb = JSON.stringify(add(start, 'vip', 'mongodb'));

  it('joins both, in canonical form', () => {
    const value =
      '{"crdt":"or_set","e":[["new",{"start":1},{}],["paying",{"sql":1},{}],["trial",{"start":1},{"start":1}],["vip",{"mongodb":1},{}]]}';
    for (const base of [JSON.stringify(start), null, '"something else"']) {
      expect(decide(jsonb, [base, sql, mongodb])).toStrictEqual({ decided: true, value });
      expect(decide(jsonb, [base, mongodb, sql])).toStrictEqual({ decided: true, value });
    }
    expect(isCanonical(jsonb, value)).toBe(true);
  });

  it.each<[string, Value, RegExp]>([
    ['an array', '["new"]', /one side holds CRDT state/],
    ['a counter', JSON.stringify(createPnCounter()), /lww_element_set and or_set states only/],
    ['another kind of set', '{"bias":"add","crdt":"lww_element_set","e":[]}', /cannot be merged/],
    ['a broken state', '{"crdt":"or_set","e":[["new"]]}', /array of three/],
    ['nothing', null, /cleared/],
  ])('leaves to a person: the other side holds %s', (_, other, reason) => {
    const answer = { decided: false, reason: expect.stringMatching(reason) };
    expect(decide(jsonb, [JSON.stringify(start), sql, other])).toStrictEqual(answer);
    expect(decide(jsonb, [JSON.stringify(start), other, sql])).toStrictEqual(answer);
  });
});
