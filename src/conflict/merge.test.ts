/** The three-way merge of records: which rules are asked, what they give, and what is left to a person. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../model/record.js';
import { refuse } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import { entityOf, fieldOf, policyOf, typeOf } from '../testing/conflict-cases.js';
import type { PolicyConfig } from './compile-policy.js';
import type { FieldRuleConfig } from './compile-rule.js';
import type { FieldAnswer } from './field-case.js';
import { type Merged, mergeStates, type Versions } from './merge.js';

const users = entityOf({
  name: typeOf.text,
  visits: typeOf.int4,
  tags: typeOf.array,
  bio: typeOf.text,
  owner: typeOf.text,
});
type Fields = NonNullable<PolicyConfig['fields']>;

interface Asked {
  readonly fields?: Fields;
  readonly later?: Side;
  readonly answers?: ReadonlyMap<number, FieldAnswer>;
}

function merge(versions: Versions, { fields = {}, later = 'mongodb', answers = new Map() }: Asked = {}): Merged {
  const { rules } = policyOf(users, { strategy: 'merge', fields });
  return mergeStates(versions, { entity: users, rules, later, answers });
}

const bad = refuse({ kind: 'type_mismatch', reason: 'it is no such thing', image: 'x' });
const base = ['Ann', '5', '["a"]', 'Hi', 'sql'];
const put = (changes: Readonly<Record<number, Value>>): Value[] =>
  base.map((value, i) => (i in changes ? (changes[i] as Value) : value));

describe('one side alone', () => {
  it('keeps its change without a rule being asked', () => {
    const fields: Fields = { name: 'prefer_sql', visits: 'max', tags: 'set', bio: 'text' };
    expect(merge({ base, sql: put({ 1: '4' }), mongodb: put({ 0: 'Bea', 2: null }) }, { fields })).toEqual({
      decided: true,
      state: ['Bea', '4', null, 'Hi', 'sql'],
      fields: {},
    });
  });

  it('both came to the same value: no rule is asked', () => {
    const both = put({ 0: 'Bea' });
    expect(merge({ base, sql: both, mongodb: both }, { fields: { name: 'prefer_mongodb' } })).toEqual({
      decided: true,
      state: both,
      fields: {},
    });
  });
});

describe('both sides', () => {
  const versions = {
    base,
    sql: put({ 0: 'Sue', 1: '7', 2: '["a","s"]', 3: 'Hi there' }),
    mongodb: put({ 0: 'Mia', 1: '6', 2: '["m"]', 3: 'Oh, Hi' }),
  };

  it('take the rule of the field, SQL’s value where there is none', () => {
    const fields: Fields = { visits: 'counter', tags: 'set', bio: 'text' };
    expect(merge(versions, { fields })).toEqual({
      decided: true,
      state: ['Sue', '8', '["s","m"]', 'Oh, Hi there', 'sql'],
      fields: { name: 'prefer_sql', visits: 'counter', tags: 'set', bio: 'text' },
    });
  });

  it.each([
    ['prefer_sql', 'sql', '7'],
    ['prefer_mongodb', 'sql', '6'],
    ['lww', 'sql', '7'],
    ['lww', 'mongodb', '6'],
    ['max', 'mongodb', '7'],
    ['min', 'sql', '6'],
    ['prefer_non_null', 'mongodb', '7'],
  ] as const)('%s, %s later: %s', (rule, later, expected) => {
    const merged = merge(versions, { fields: { visits: rule }, later });
    expect(merged).toMatchObject({ decided: true, fields: { visits: rule } });
    expect(merged.decided && merged.state[1]).toBe(expected);
  });

  it.each([
    [null, '6', '6'],
    ['7', null, '7'],
  ])('prefer_non_null of %s and %s: %s', (sql, mongodb, expected) => {
    const merged = merge(
      { base, sql: put({ 1: sql }), mongodb: put({ 1: mongodb }) },
      { fields: { visits: 'prefer_non_null' } },
    );
    expect(merged.decided && merged.state[1]).toBe(expected);
  });

  it('inserted the record: every difference asks its rule', () => {
    const inserts = { base: null, sql: put({ 1: null }), mongodb: put({ 0: 'Mia' }) };
    expect(merge(inserts, { fields: { visits: 'prefer_non_null' } })).toEqual({
      decided: true,
      state: put({}),
      fields: { name: 'prefer_sql', visits: 'prefer_non_null' },
    });
  });
});

describe('a flag', () => {
  const fields: Fields = { name: { flag: 'owner', sql: ['sql'], mongodb: ['mongodb', 'web'] } };
  const owned = (sql: string, mongodb: string, rule?: 'prefer_mongodb') =>
    merge(
      { base, sql: put({ 0: 'Sue', 4: sql }), mongodb: put({ 0: 'Mia', 4: mongodb }) },
      { fields: rule === undefined ? fields : { ...fields, owner: rule } },
    );
  const nameOf = (merged: Merged) => merged.decided && merged.state[0];

  it('says who owns the field, by its merged value', () => {
    expect(nameOf(owned('sql', 'sql'))).toBe('Sue');
    expect(nameOf(owned('web', 'web'))).toBe('Mia');
    expect(nameOf(owned('sql', 'web'))).toBe('Mia');
    expect(nameOf(owned('fax', 'web', 'prefer_mongodb'))).toBe('Mia');
    expect(nameOf(owned('web', 'fax'))).toBe('Mia');
  });

  it('that neither list has leaves the field to SQL', () => {
    expect(nameOf(owned('fax', 'fax'))).toBe('Sue');
    expect(nameOf(owned('fax', 'web'))).toBe('Sue');
  });
});

describe('a value that cannot cross', () => {
  const versions = { base, sql: put({ 0: 'Sue' }), mongodb: put({ 1: bad }) };

  it.each([
    [undefined, null],
    ['prefer_sql', '5'],
    ['prefer_non_null', '5'],
    ['prefer_mongodb', null],
    ['lww', null],
    ['max', null],
    ['counter', null],
  ] as const)('under %s: %s', (rule, expected) => {
    const merged = merge(versions, rule === undefined ? {} : { fields: { visits: rule } });
    if (expected === null)
      expect(merged).toEqual({ decided: false, reason: 'Field visits cannot cross: it is no such thing' });
    else expect(merged).toEqual({ decided: true, state: put({ 0: 'Sue' }), fields: { visits: rule } });
  });

  it('is no ancestor to count from', () => {
    const former = { base: put({ 1: bad }), sql: put({ 1: '7' }), mongodb: put({ 1: '6' }) };
    expect(merge(former, { fields: { visits: 'counter' } })).toEqual({
      decided: false,
      reason: 'Field visits: the rule counter needs the former value, which could not cross.',
    });
    expect(merge(former, { fields: { visits: 'max' } })).toMatchObject({ decided: true, state: put({ 1: '7' }) });
    expect(merge(former)).toMatchObject({ decided: true, state: put({ 1: '7' }) });
    const same = { ...former, mongodb: former.sql };
    expect(merge(same, { fields: { visits: 'counter' } })).toMatchObject({ decided: true, state: put({ 1: '7' }) });
  });

  it('is kept by no side where both have one', () => {
    const other = refuse({ kind: 'structural', reason: 'it is another thing', image: 'y' });
    const both = { base, sql: put({ 1: bad }), mongodb: put({ 1: other }) };
    expect(merge(both, { fields: { visits: 'prefer_mongodb' } })).toEqual({
      decided: false,
      reason: 'Field visits cannot cross: it is another thing',
    });
    expect(merge({ ...both, mongodb: put({ 1: bad }) }).decided).toBe(false);
  });
});

describe('what comes out', () => {
  it('is null only where the column may be', () => {
    const entity = { ...users, fields: [fieldOf('name', typeOf.text, { nullable: false })] };
    const options = { entity, rules: new Map(), later: 'sql', answers: new Map() } as const;
    expect(mergeStates({ base: ['a'], sql: ['a'], mongodb: [null] }, options)).toEqual({
      decided: false,
      reason: 'Field name would be null, which its column must not be.',
    });
    // A default fills in.
    const filled = { ...users, fields: [fieldOf('name', typeOf.text, { nullable: false, hasDefault: true })] };
    expect(mergeStates({ base: ['a'], sql: ['a'], mongodb: [null] }, { ...options, entity: filled })).toMatchObject({
      decided: true,
      state: [null],
    });
  });

  it('of a module is its answer, or its reason', () => {
    const both = { base, sql: put({ 0: 'Sue' }), mongodb: put({ 0: 'Mia' }) };
    const fields: Fields = { name: { custom: '/m.mjs' } };
    const answers = (answer: FieldAnswer) => ({ fields, answers: new Map([[0, answer]]) });
    expect(merge(both, answers({ decided: true, value: 'Zoe' }))).toMatchObject({
      state: put({ 0: 'Zoe' }),
      fields: { name: 'custom' },
    });
    expect(merge(both, answers({ decided: false, reason: 'it threw' }))).toEqual({
      decided: false,
      reason: 'Field name: it threw.',
    });
    expect(merge(both, { fields })).toMatchObject({ decided: false });
  });
});

const value = (values: readonly (string | null)[]) => fc.constantFrom(...values);
const state = fc.tuple(
  value(['Ann', 'Bea', null]),
  value(['1', '2', '3', null]),
  value(['["a"]', '["a","b"]', '["c"]', '[]', null]),
  value(['Hi', 'Hi there', 'Oh Hi', null]),
  value(['sql', 'mongodb', 'none', null]),
);
const fields = fc.record<Fields>(
  {
    name: fc.constantFrom<FieldRuleConfig[]>('prefer_sql', 'prefer_mongodb', 'lww', {
      flag: 'owner',
      sql: ['sql'],
      mongodb: ['mongodb'],
    }),
    visits: fc.constantFrom('counter', 'max', 'min', 'prefer_non_null'),
    tags: fc.constantFrom('set', 'merge_array'),
    bio: fc.constantFrom('text', 'lww'),
    owner: fc.constantFrom('prefer_mongodb', 'lww'),
  },
  { requiredKeys: [] },
);

describe('laws', () => {
  it('where one side changed nothing, or both did the same, that record comes out and no rule was asked', () => {
    fc.assert(
      fc.property(state, state, fields, (before, after, rules) => {
        const expected = { decided: true, state: after, fields: {} };
        expect(merge({ base: before, sql: after, mongodb: before }, { fields: rules })).toEqual(expected);
        expect(merge({ base: before, sql: before, mongodb: after }, { fields: rules })).toEqual(expected);
        if (rules['visits'] === 'counter') return;
        expect(merge({ base: before, sql: after, mongodb: after }, { fields: rules })).toEqual(expected);
      }),
    );
  });

  it('which fields are asked does not depend on which side is which, and twice is the same', () => {
    fc.assert(
      fc.property(fc.option(state), state, state, fields, (before, sql, mongodb, rules) => {
        const one = merge({ base: before, sql, mongodb }, { fields: rules });
        expect(merge({ base: before, sql, mongodb }, { fields: rules })).toEqual(one);
        const swapped = merge({ base: before, sql: mongodb, mongodb: sql }, { fields: rules });
        if (one.decided && swapped.decided) expect(swapped.fields).toEqual(one.fields);
      }),
    );
  });

  it('no field write is lost without its rule being asked', () => {
    fc.assert(
      fc.property(state, state, state, fields, (before, sql, mongodb, rules) => {
        const merged = merge({ base: before, sql, mongodb }, { fields: rules });
        if (!merged.decided) return;
        users.fields.forEach(({ field }, i) => {
          const writes = [sql[i], mongodb[i]].filter((written) => written !== before[i]);
          const lost = writes.some((written) => written !== merged.state[i]);
          if (lost) expect(Object.keys(merged.fields)).toContain(field);
          else if (writes.length === 0) expect(merged.state[i]).toBe(before[i]);
        });
      }),
    );
  });
});
