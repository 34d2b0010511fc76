/** Policies out of configurations: what rule fits which column, and what is said of each that does not. */
import { describe, expect, it } from 'vitest';
import type { ColumnKind } from '../model/entity.js';
import { entityOf, fieldOf, typeOf } from '../testing/conflict-cases.js';
import { compilePolicy, type PolicyConfig } from './compile-policy.js';
import type { PlainRule } from './policy.js';

const kinds = Object.keys(typeOf) as ColumnKind[];
const numbers = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'];
const ordered = [...numbers, 'bool', 'timestamptz', 'timestamp', 'date', 'time', 'enum'];
const fitting: Readonly<Record<PlainRule, readonly string[]>> = {
  prefer_sql: kinds,
  prefer_mongodb: kinds,
  prefer_non_null: kinds,
  lww: kinds,
  text: ['text', 'varchar', 'char', 'citext'],
  counter: [...numbers, 'json', 'jsonb'],
  set: ['array', 'json', 'jsonb'],
  merge_array: ['array', 'json', 'jsonb'],
  merge_object: ['json', 'jsonb'],
  max: ordered,
  min: ordered,
};
const rules = Object.keys(fitting) as PlainRule[];

const everything = entityOf(typeOf);
const shop = entityOf(
  { price: typeOf.numeric, source: typeOf.text, stage: typeOf.enum, versions: typeOf.jsonb },
  {
    fields: [
      fieldOf('price', typeOf.numeric),
      fieldOf('price_source', typeOf.text, { field: 'priceSource' }),
      fieldOf('stage', typeOf.enum),
      fieldOf('versions', typeOf.jsonb),
      fieldOf('rank', typeOf.int4),
    ],
  },
);

function compile(config: Partial<PolicyConfig>, entity = shop) {
  return compilePolicy({ strategy: 'merge', delete: 'delete_wins', chosen: true, ...config }, entity);
}

const problemsOf = (config: Partial<PolicyConfig>) => compile(config).problems.map(({ message }) => message);

describe('rules and columns', () => {
  it.each(rules.flatMap((rule) => kinds.map((kind) => [rule, kind] as const)))('%s on %s', (rule, kind) => {
    const { policy, problems } = compile({ fields: { [kind]: rule } }, everything);
    const index = kinds.indexOf(kind);
    if (fitting[rule].includes(kind)) {
      expect(problems).toEqual([]);
      expect(policy.rules).toEqual(new Map([[index, { rule }]]));
      return;
    }
    const [problem] = problems;
    expect(problem?.message).toContain(`public.t: ${kind} (${typeOf[kind].sql}): the rule ${rule} needs`);
    const offered = rules.filter((each) => problem?.remedy.includes(` ${each},`));
    expect(offered.toSorted()).toEqual(rules.filter((each) => fitting[each].includes(kind)).toSorted());
    expect(policy.rules.size).toBe(0);
  });

  it('text does not fit an ObjectId', () => {
    const entity = entityOf({ ref: { ...typeOf.text, document: 'objectId' } });
    expect(compile({ fields: { ref: 'text' } }, entity).problems).toHaveLength(1);
    expect(compile({ strategy: 'ot' }, entity).policy.rules.size).toBe(0);
  });
});

describe('what a strategy gives to fields without a rule', () => {
  it.each([
    ['ot', 'text', fitting.text],
    ['crdt', 'counter', numbers],
    ['crdt', 'set', ['array']],
    ['merge', 'text', []],
  ] as const)('%s: %s', (strategy, rule, expected) => {
    const { policy } = compile({ strategy }, everything);
    const found = kinds.filter((_, index) => policy.rules.get(index)?.rule === rule);
    expect(found.toSorted()).toEqual([...expected].toSorted());
  });

  it('an explicit rule wins', () => {
    const { policy } = compile({ strategy: 'crdt', fields: { rank: 'max' } });
    expect(policy.rules.get(4)).toEqual({ rule: 'max' });
    expect(policy.rules.get(0)).toEqual({ rule: 'counter' });
  });
});

describe('names', () => {
  it('of a column or of its field', () => {
    for (const name of ['price_source', 'priceSource'])
      expect(compile({ fields: { [name]: 'lww' } }).policy.rules).toEqual(new Map([[1, { rule: 'lww' }]]));
  });

  it.each([
    [{ pirce: 'max' }, 'public.t has no mapped column or field pirce; did you mean "price"?'],
    [{ zzzzzz: 'max' }, 'public.t has no mapped column or field zzzzzz'],
    [{ id: 'max' }, 'public.t: id is the key, or a part of it, which never changes'],
    [{ _id: 'max' }, 'public.t: _id is the key, or a part of it, which never changes'],
    [{ price_source: 'lww', priceSource: 'text' }, 'public.t: priceSource has two rules'],
  ] as const)('%j', (fields, expected) => {
    expect(problemsOf({ fields })).toEqual([expect.stringContaining(expected)]);
  });

  it('are all told at once', () => {
    expect(problemsOf({ fields: { a: 'max', b: 'max', price: 'text' } })).toHaveLength(3);
  });
});

describe('flags', () => {
  const flag = (name: string, sql: (string | number | boolean)[], mongodb: (string | number | boolean)[]) => ({
    fields: { price: { flag: name, sql, mongodb } },
  });

  it('are found by column or field, with canonical values', () => {
    expect(compile(flag('priceSource', ['manual'], ['computed'])).policy.rules.get(0)).toEqual({
      rule: 'flag',
      flag: 1,
      sql: ['manual'],
      mongodb: ['computed'],
    });
    expect(compile(flag('rank', [1, '2'], [-3])).policy.rules.get(0)).toMatchObject({
      sql: ['1', '2'],
      mongodb: ['-3'],
    });
  });

  it.each([
    [flag('soruce', ['a'], []), 'no mapped column or field soruce'],
    [flag('price', ['1'], []), 'price cannot be its own flag'],
    [flag('rank', ['one'], []), 'rank (integer) can never be "one"'],
    [flag('stage', ['new'], ['lost']), 'stage (public.stage) can never be "lost"'],
    [flag('versions', ['{}'], []), 'versions (jsonb) can never be "{}"'],
    [flag('price_source', ['a', 'b'], ['b']), 'lists "b" for both sides'],
    [flag('price_source', [], []), 'lists no value'],
  ])('%j', (config, expected) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(expected)]);
  });

  it('cannot depend on each other', () => {
    const fields = {
      price: { flag: 'price_source', sql: ['a'], mongodb: [] },
      priceSource: { flag: 'rank', sql: [1], mongodb: [] },
    };
    expect(problemsOf({ fields })).toEqual([
      expect.stringContaining('the flag price_source of price has a flag itself'),
    ]);
  });
});

describe('what a strategy has no use for', () => {
  it.each(['lww', 'prefer_sql', 'prefer_mongodb', 'manual', 'custom'] as const)('rules under %s', (strategy) => {
    const module = strategy === 'custom' ? { module: '/m.mjs' } : {};
    expect(problemsOf({ strategy, ...module, fields: { price: 'max' } })).toEqual([
      `public.t: the strategy ${strategy} decides the whole record, so that rules for single fields have no use`,
    ]);
    expect(problemsOf({ strategy, ...module, fields: {} })).toEqual([]);
  });

  it('a module, and custom without one', () => {
    expect(problemsOf({ strategy: 'custom' })).toEqual(['public.t: the strategy custom needs a module']);
    expect(problemsOf({ module: '/m.mjs' })).toEqual(['public.t: the strategy merge asks no module']);
    expect(compile({ strategy: 'custom', module: '/m.mjs' }).policy.module).toBe('/m.mjs');
    expect(compile({ fields: { price: { custom: '/p.mjs' } } }).policy.rules.get(0)).toEqual({
      rule: 'custom',
      module: '/p.mjs',
    });
  });

  it('a vector', () => {
    expect(problemsOf({ vector: 'versions' })).toEqual([expect.stringContaining('compares no version vectors')]);
    const own = (vector: string, more: Partial<PolicyConfig> = {}) =>
      ({ strategy: 'version_vector', vector, ...more }) as const;
    expect(compile(own('versions')).policy.vector).toBe(3);
    expect(problemsOf(own('rank'))).toEqual([expect.stringContaining('rank (integer) cannot hold a version vector')]);
    expect(problemsOf(own('vesions'))).toEqual([expect.stringContaining('did you mean "versions"?')]);
    expect(problemsOf(own('versions', { fields: { versions: 'merge_object' } }))).toEqual([
      expect.stringContaining('versions is the version vector and has a rule as well'),
    ]);
  });
});
