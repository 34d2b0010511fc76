/** Equal states agree, but for two counts of the same. */
import { describe, expect, it } from 'vitest';
import type { State } from '../model/record.js';
import { entityOf, policyOf, typeOf } from '../testing/conflict-cases.js';
import { makeAgreement } from './agreement.js';
import type { PolicyConfig } from './compile-policy.js';

const users = entityOf({ name: typeOf.text, visits: typeOf.int4, likes: typeOf.jsonb });

type Config = Pick<PolicyConfig, 'strategy'> & Partial<PolicyConfig>;

function agrees(config: Config, base: State, state: State): boolean {
  const policies = new Map([[users.name, policyOf(users, config)]]);
  return makeAgreement(new Map([[users.name, users]]), policies)({ entity: users.name, key: '1', base, state });
}

const counting = { strategy: 'merge', fields: { visits: 'counter', likes: 'counter' } } as const;

describe('both sides at one state', () => {
  it.each<[string, Config, State, State, boolean]>([
    ['counted the same', counting, ['Ada', '5', null], ['Ada', '6', null], false],
    ['counted the same, by the strategy crdt', { strategy: 'crdt' }, ['Ada', '5', null], ['Ada', '6', null], false],
    ['counted from nothing', counting, ['Ada', null, null], ['Ada', '6', null], false],
    ['changed another field alike', counting, ['Ada', '5', null], ['Eve', '5', null], true],
    ['joined stored counters', counting, ['Ada', '5', '{"a":1}'], ['Ada', '5', '{"a":2}'], true],
    ['counted the same in JSON', counting, ['Ada', '5', '1'], ['Ada', '5', '2'], false],
    ['cleared the counter', counting, ['Ada', '5', null], ['Ada', null, null], true],
    ['inserted the same', counting, null, ['Ada', '6', null], true],
    ['deleted it', counting, ['Ada', '5', null], null, true],
    ['changed a number that no rule counts', { strategy: 'merge' }, ['Ada', '5', null], ['Ada', '6', null], true],
    [
      'changed a number under a strategy without rules',
      { strategy: 'lww' },
      ['Ada', '5', null],
      ['Ada', '6', null],
      true,
    ],
  ])('%s', (_, config, base, state, expected) => {
    expect(agrees(config, base, state)).toBe(expected);
  });

  it('agree in a table that is not configured', () => {
    const none = makeAgreement(new Map(), new Map());
    expect(none({ entity: 'public.other', key: '1', base: ['5'], state: ['6'] })).toBe(true);
  });
});
