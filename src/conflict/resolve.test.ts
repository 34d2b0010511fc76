/** Every kind of conflict under every strategy, and every policy for deletes: who decides, what comes out, what is said. */
import { describe, expect, it } from 'vitest';
import type { ConflictKind } from '../model/conflict.js';
import type { Entity } from '../model/entity.js';
import type { State } from '../model/record.js';
import { refuse } from '../model/refusal.js';
import { entityOf, factsOf, policyOf, typeOf } from '../testing/conflict-cases.js';
import type { PolicyConfig } from './compile-policy.js';
import type { ConflictFacts } from './conflict-facts.js';
import type { CustomCall, RunCustom } from './custom.js';
import type { DeletePolicy, Strategy } from './policy.js';
import { type Decision, makeResolver } from './resolve.js';

const users = entityOf({ name: typeOf.text, visits: typeOf.int4, seen: typeOf.jsonb });

interface Setting {
  readonly config: Partial<PolicyConfig> & { readonly strategy: Strategy };
  readonly entity?: Entity;
  readonly custom?: RunCustom;
  readonly skewMs?: number;
}

const deaf: RunCustom = () => Promise.resolve({ ok: false, reason: 'nobody is there' });

function decide(
  facts: ConflictFacts,
  { config, entity = users, custom = deaf, skewMs = 0 }: Setting,
): Promise<Decision> {
  const module = config.strategy === 'custom' ? { module: '/m.mjs' } : {};
  const policy = policyOf(entity, { ...module, ...config });
  const resolve = makeResolver({
    entities: new Map([[entity.name, entity]]),
    policies: new Map([[entity.name, policy]]),
    skewMs: () => skewMs,
    custom,
  });
  return resolve(facts);
}

/** A module that takes MongoDB's name and SQL's visits. */
const mixing: RunCustom = ({ input: { sql, mongodb } }) =>
  Promise.resolve({ ok: true, value: { ...(mongodb as object), visits: (sql as { visits: unknown }).visits } });

/** The first column must not be null. */
const neverNull = ({ hasDefault }: { readonly hasDefault: boolean }): Entity => ({
  ...users,
  fields: users.fields.map((field, i) => ({ ...field, nullable: i > 0, hasDefault: hasDefault && i === 0 })),
});

const base = ['Ann', '5', null];
const sql = ['Sue', '7', null];
const mongodb = ['Mia', '6', null];
const mixed = ['Mia', '7', null];
const refused = (field: string, kind: ConflictKind): State => [
  field,
  refuse({ kind: kind as 'structural', reason: 'it is no number', image: 'x' }),
  null,
];

const facts: Readonly<Record<ConflictKind, ConflictFacts>> = {
  write_write: factsOf({ base, sql, mongodb }),
  insert_insert: factsOf({ base: null, sql, mongodb }),
  delete_update: factsOf({ base, sql: null, mongodb }),
  type_mismatch: factsOf({ base, sql, mongodb: refused('Mia', 'type_mismatch') }, { kind: 'type_mismatch' }),
  structural: factsOf({ base, sql: refused('Sue', 'structural'), mongodb }, { kind: 'structural' }),
  unique_violation: factsOf({ base, sql, mongodb }, { kind: 'unique_violation' }),
};

type Expected = State | 'person';
const fieldwise = { sql: ['Sue', '7', null], counted: ['Sue', '8', null], inserted: ['Sue', '13', null] };

/** In the order of `facts`. */
const table: Readonly<Record<Strategy, readonly Expected[]>> = {
  lww: [mongodb, mongodb, null, 'person', 'person', 'person'],
  prefer_sql: [sql, sql, null, sql, 'person', 'person'],
  prefer_mongodb: [mongodb, mongodb, null, 'person', mongodb, 'person'],
  merge: [fieldwise.sql, fieldwise.sql, null, 'person', 'person', 'person'],
  version_vector: [fieldwise.sql, fieldwise.sql, null, 'person', 'person', 'person'],
  ot: [['SueMia', '7', null], ['SueMia', '7', null], null, 'person', 'person', 'person'],
  crdt: [fieldwise.counted, fieldwise.inserted, null, 'person', 'person', 'person'],
  manual: ['person', 'person', null, 'person', 'person', 'person'],
  custom: [mixed, mixed, null, mixed, 'person', 'person'],
};

describe.each(Object.keys(table) as Strategy[])('%s', (strategy) => {
  it.each(
    (Object.keys(facts) as ConflictKind[]).map((kind, index) => [kind, table[strategy][index] as Expected] as const),
  )('%s: %j', async (kind, expected) => {
    const decision = await decide(facts[kind], { config: { strategy }, custom: mixing });
    expect(decision.strategy).toBe(kind === 'delete_update' ? 'delete_wins' : strategy);
    if (expected === 'person') {
      expect(decision).toMatchObject({ decided: false, reason: expect.stringMatching(/^[A-Z].*[^.]\.?$/) });
      return;
    }
    expect(decision).toMatchObject({ decided: true, state: expected });
    const is = (state: State): boolean => JSON.stringify(state) === JSON.stringify(expected);
    const resolution = is(facts[kind].sql.state) ? 'sql_wins' : is(facts[kind].mongodb.state) ? 'mongo_wins' : 'merged';
    expect(decision.decided && decision.resolution).toBe(resolution);
  });

  it('decides deletes by the delete policy alone', async () => {
    const gone = (side: 'sql' | 'mongodb') =>
      side === 'sql' ? factsOf({ base, sql: null, mongodb }) : factsOf({ base, sql, mongodb: null });
    const decideBy = (policy: DeletePolicy, side: 'sql' | 'mongodb') =>
      decide(gone(side), { config: { strategy, delete: policy } });
    const decidedAs = (policy: DeletePolicy, state: State) => ({ decided: true, state, strategy: policy, fields: {} });
    expect(await decideBy('delete_wins', 'sql')).toMatchObject(decidedAs('delete_wins', null));
    expect(await decideBy('delete_wins', 'mongodb')).toMatchObject(decidedAs('delete_wins', null));
    expect(await decideBy('update_wins', 'sql')).toMatchObject(decidedAs('update_wins', mongodb));
    expect(await decideBy('update_wins', 'mongodb')).toMatchObject(decidedAs('update_wins', sql));
    expect(await decideBy('lww', 'sql')).toMatchObject(decidedAs('lww', mongodb));
    expect(await decideBy('lww', 'mongodb')).toMatchObject(decidedAs('lww', null));
    expect(await decideBy('manual', 'sql')).toMatchObject({ decided: false, strategy: 'manual' });
  });

  it('leaves a key that cannot cross, and a deletion against such a value, to a person', async () => {
    const key = refuse({ kind: 'type_mismatch', reason: 'it is no number', image: 'x' });
    const keyed = { ...facts.type_mismatch, key, sql: facts.write_write.sql };
    expect(await decide(keyed, { config: { strategy } })).toMatchObject({
      decided: false,
      reason: 'The key cannot cross: it is no number',
    });
    const deleted = { ...facts.type_mismatch, sql: { ...facts.type_mismatch.sql, state: null } };
    expect(await decide(deleted, { config: { strategy }, custom: mixing })).toMatchObject({
      decided: false,
      reason: 'Field visits cannot cross: it is no number',
    });
  });

  it('leaves a version that SQL would refuse for a null to a person', async () => {
    const strict = neverNull({ hasDefault: false });
    const empty = factsOf({ base, sql, mongodb: [null, '6', null] });
    const setting = { config: { strategy }, entity: strict, custom: mixing } as const;
    const answer = await decide(empty, setting);
    if (['prefer_sql'].includes(strategy)) expect(answer).toMatchObject({ decided: true, state: sql });
    else if (answer.decided) expect(answer.state?.[0]).toBe('Sue');
    else expect(answer.reason).toMatch(/must not be null|must not be\.$|leaves this to a person/);
  });

  it('decides for a version without a column that has a default', async () => {
    const filled = neverNull({ hasDefault: true });
    const empty = factsOf({ base, sql, mongodb: [null, '6', null] });
    const answer = await decide(empty, { config: { strategy }, entity: filled, custom: mixing });
    // A module says null itself.
    expect(answer.decided).toBe(strategy !== 'manual' && strategy !== 'custom');
  });

  it('leaves two inserts of a key that a sequence makes to a person, unless it was chosen for the table', async () => {
    const entity = { ...users, sequenceKey: true };
    const usual = await decide(facts.insert_insert, { config: { strategy, chosen: false }, entity, custom: mixing });
    expect(usual).toMatchObject({ decided: false, strategy: 'manual' });
    const unfit = { ...facts.type_mismatch, base: null };
    expect((await decide(unfit, { config: { strategy, chosen: false }, entity, custom: mixing })).decided).toBe(false);
    const chosen = await decide(facts.insert_insert, { config: { strategy, chosen: true }, entity, custom: mixing });
    expect(chosen.decided).toBe(strategy !== 'manual');
    const kept = await decide(facts.insert_insert, { config: { strategy, insert: 'manual' }, custom: mixing });
    expect(kept).toMatchObject({ decided: false, strategy: 'manual' });
  });
});

describe('the later side', () => {
  const at = (sqlTime: number | 'load' | null, mongodbTime: number | 'load' | null): ConflictFacts => ({
    ...facts.write_write,
    sql: { ...facts.write_write.sql, time: sqlTime },
    mongodb: { ...facts.write_write.mongodb, time: mongodbTime },
  });

  it.each([
    [1000, 1001, 0, 'mongo_wins'],
    [1000, 1000, 0, 'sql_wins'],
    [1000, 900, 200, 'mongo_wins'],
    [1000, 1100, -200, 'sql_wins'],
    [null, 1, 0, 'mongo_wins'],
    [1, null, 0, 'sql_wins'],
    [null, null, 0, 'sql_wins'],
    ['load', 5000, 0, 'sql_wins'],
    [5000, 'load', 0, 'mongo_wins'],
  ] as const)('of %s and %s, SQL’s clock %s ms ahead: %s', async (sqlTime, mongodbTime, skewMs, resolution) => {
    const decision = await decide(at(sqlTime, mongodbTime), { config: { strategy: 'lww' }, skewMs });
    expect(decision).toMatchObject({ decided: true, resolution });
    const byRule = await decide(at(sqlTime, mongodbTime), {
      config: { strategy: 'merge', fields: { name: 'lww', visits: 'lww' } },
      skewMs,
    });
    expect(byRule).toMatchObject({ resolution, fields: { name: 'lww', visits: 'lww' } });
  });
});

describe('counters', () => {
  const config = { strategy: 'merge', fields: { visits: 'counter' } } as const;

  it('count both sides’ steps where both came to the same number', async () => {
    const counted = factsOf({ base, sql: ['Sue', '6', null], mongodb: ['Ann', '6', null] });
    expect(await decide(counted, { config })).toMatchObject({
      state: ['Sue', '7', null],
      fields: { visits: 'counter' },
    });
    const only = factsOf({ base, sql: ['Ann', '6', null], mongodb: ['Ann', '6', null] });
    expect(await decide(only, { config })).toMatchObject({ state: ['Ann', '7', null], resolution: 'merged' });
  });

  it('take two equal inserts as one', async () => {
    const inserted = factsOf({ base: null, sql: ['Sue', '6', null], mongodb: ['Ann', '6', null] });
    expect(await decide(inserted, { config })).toMatchObject({
      state: ['Sue', '6', null],
      fields: { name: 'prefer_sql' },
    });
  });
});

describe('an application’s own version vectors', () => {
  const config = { strategy: 'version_vector', vector: 'seen', fields: { visits: 'max' } } as const;
  const withVectors = (left: string | null, right: string | null): ConflictFacts =>
    factsOf({ base: ['Ann', '5', '{}'], sql: ['Sue', '6', left], mongodb: ['Mia', '7', right] });

  it.each([
    ['{"app":1,"web":2}', '{"app":2,"web":2}', 'mongo_wins'],
    ['{"app":9007199254740993}', '{"app":9007199254740992}', 'sql_wins'],
    ['{"app":"10"}', '{"app":9}', 'sql_wins'],
    ['{"app":1}', '{"app":1,"web":1}', 'mongo_wins'],
  ])('%s and %s: %s as a whole', async (left, right, resolution) => {
    const decision = await decide(withVectors(left, right), { config });
    expect(decision).toMatchObject({ decided: true, resolution, strategy: 'version_vector', fields: {} });
  });

  it.each([
    ['{"app":2}', '{"app":1,"web":"3"}', '{"app":2,"web":"3"}', true],
    ['{"app":9007199254740993}', '{"web":1}', '{"app":9007199254740993,"web":1}', true],
    ['{"app":2}', '{"app":2}', '{"app":2}', false],
    ['{"app":2}', '{"app":-1}', '{"app":2}', 'unreadable'],
    ['[1]', null, '[1]', 'unreadable'],
  ])('%s and %s: field by field, with %s', async (left, right, joined, asked) => {
    const decision = await decide(withVectors(left, right), { config });
    expect(decision).toMatchObject({ decided: true, state: ['Sue', '7', joined], resolution: 'merged' });
    const seen = asked === true ? { seen: 'version_vector' } : asked === false ? {} : { seen: 'prefer_sql' };
    expect(decision.decided && decision.fields).toEqual({ name: 'prefer_sql', visits: 'max', ...seen });
  });

  it('do not make a value cross that cannot', async () => {
    const bad = refuse({ kind: 'type_mismatch', reason: 'it is no number', image: 'x' });
    const later = factsOf({ base: ['Ann', '5', '{}'], sql: ['Sue', '6', '{"a":1}'], mongodb: ['Mia', bad, '{"a":2}'] });
    expect(await decide(later, { config })).toMatchObject({
      decided: false,
      reason: expect.stringContaining('visits'),
    });
    const earlier = factsOf({
      base: ['Ann', '5', '{}'],
      sql: ['Sue', '6', '{"a":3}'],
      mongodb: ['Mia', bad, '{"a":2}'],
    });
    expect(await decide(earlier, { config })).toMatchObject({ decided: true, resolution: 'sql_wins' });
  });
});

describe('modules', () => {
  const answering =
    (value: unknown): RunCustom =>
    () =>
      Promise.resolve({ ok: true, value });

  it('are asked with plain data', async () => {
    const calls: CustomCall[] = [];
    const custom: RunCustom = (call) => {
      calls.push(call);
      return Promise.resolve({ ok: true, value: null });
    };
    await decide(facts.type_mismatch, { config: { strategy: 'custom' }, custom });
    await decide(facts.write_write, {
      config: { strategy: 'merge', fields: { visits: { custom: '/v.mjs' } } },
      custom,
    });
    const meta = { table: 'public.t', collection: 't', key: { _id: '7' }, sqlTime: 1000, mongodbTime: 2000 };
    expect(calls).toEqual([
      {
        module: '/m.mjs',
        input: {
          base: { _id: '7', name: 'Ann', visits: 5, seen: null },
          sql: { _id: '7', name: 'Sue', visits: 7, seen: null },
          mongodb: { _id: '7', name: 'Mia', visits: { $refused: 'it is no number', $text: 'x' }, seen: null },
          meta: { ...meta, kind: 'type_mismatch', field: null },
        },
      },
      {
        module: '/v.mjs',
        input: { base: 5, sql: 7, mongodb: 6, meta: { ...meta, kind: 'write_write', field: 'visits' } },
      },
    ]);
  });

  it('are asked about a field of a record that both inserted, with no ancestor', async () => {
    const config = { strategy: 'merge', fields: { visits: { custom: '/v.mjs' } } } as const;
    const custom: RunCustom = ({ input }) => Promise.resolve({ ok: true, value: input.base === null ? 1 : 2 });
    expect(await decide(facts.insert_insert, { config, custom })).toMatchObject({ state: ['Sue', '1', null] });
  });

  it('may let the record be absent', async () => {
    const decision = await decide(facts.write_write, { config: { strategy: 'custom' }, custom: answering(null) });
    expect(decision).toMatchObject({ decided: true, state: null, resolution: 'merged' });
  });

  it.each([
    [{ name: 'a', visits: 1 }, 'it lacks the field seen; write null for no value'],
    [{ name: 'a', visits: 1, seen: null, extra: 1 }, 'it has the field extra, which is not mapped'],
    [{ _id: '8', name: 'a', visits: 1, seen: null }, 'its _id is another key than the record’s'],
    [{ name: 'a', visits: 1.5, seen: null }, 'field visits: the value does not fit integer'],
    [{ name: 5, visits: 1, seen: null }, 'field name: the value does not fit text'],
    [undefined, 'it is neither an object nor null'],
    [[], 'it is neither an object nor null'],
  ])('that answer %j leave it to a person', async (answer, reason) => {
    const decision = await decide(facts.write_write, { config: { strategy: 'custom' }, custom: answering(answer) });
    expect(decision).toEqual({
      decided: false,
      strategy: 'custom',
      reason: `The module’s answer cannot be used: ${reason}.`,
    });
  });

  it('that give no answer leave it to a person', async () => {
    expect(await decide(facts.write_write, { config: { strategy: 'custom' } })).toEqual({
      decided: false,
      strategy: 'custom',
      reason: 'The module gave no answer: nobody is there.',
    });
    const config = { strategy: 'merge', fields: { visits: { custom: '/v.mjs' } } } as const;
    expect(await decide(facts.write_write, { config })).toMatchObject({
      reason: 'Field visits: its module gave no answer: nobody is there.',
    });
    expect(await decide(facts.write_write, { config, custom: answering('many') })).toMatchObject({
      reason: 'Field visits: its module’s answer: the value does not fit integer.',
    });
    expect(await decide(facts.write_write, { config, custom: answering(9) })).toMatchObject({
      state: ['Sue', '9', null],
      fields: { name: 'prefer_sql', visits: 'custom' },
    });
  });

  it('are not asked about fields that one side alone changed', async () => {
    const config = { strategy: 'merge', fields: { visits: { custom: '/v.mjs' } } } as const;
    const one = factsOf({ base, sql: ['Ann', '9', null], mongodb });
    const custom: RunCustom = () => Promise.reject(new Error('it was asked'));
    const alone = factsOf({ base, sql: ['Sue', '9', null], mongodb: ['Mia', '5', null] });
    expect(await decide(alone, { config, custom })).toMatchObject({ state: ['Sue', '9', null] });
    await expect(decide(one, { config, custom })).rejects.toThrow('it was asked');
  });
});

it('a table that is not configured leaves its conflicts to a person', async () => {
  const decision = await decide({ ...facts.write_write, entity: 'public.other' }, { config: { strategy: 'lww' } });
  expect(decision).toMatchObject({ decided: false });
});
