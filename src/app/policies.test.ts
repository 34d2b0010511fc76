/** From the configuration file to each table's policy: what is inherited, and how what cannot work is told. */
import { describe, expect, it } from 'vitest';
import { isIsthmusError } from '../base/errors.js';
import { readConfigText } from '../config/load.js';
import type { Policy } from '../conflict/policy.js';
import type { CatalogColumn, CatalogTable } from '../model/catalog.js';
import type { ColumnType } from '../model/entity.js';
import { typeOf } from '../testing/conflict-cases.js';
import { checkMapping } from './check/check-mapping.js';
import { mapSchema } from './read-schema.js';

const plain = {
  unmappable: null,
  nullable: true,
  hasDefault: false,
  addedWith: null,
  generated: false,
  sequence: false,
  ambiguousKey: null,
};
const column = (name: string, type: ColumnType): CatalogColumn => ({ ...plain, name, type });

function table(name: string, columns: Readonly<Record<string, ColumnType>>): CatalogTable {
  return {
    schema: 'public',
    name,
    columns: [
      { ...column('id', typeOf.int8), nullable: false },
      ...Object.entries(columns).map(([n, t]) => column(n, t)),
    ],
    primaryKey: ['id'],
    hasUserTriggers: false,
    replicaIdentityFull: true,
    partitioned: false,
    partition: false,
  };
}

const tables = [
  table('users', { full_name: typeOf.text, visits: typeOf.int4, tags: typeOf.array }),
  table('orders', { total: typeOf.numeric }),
];

function configOf(entities: string, usual = '{}') {
  const text = `sql: { url: "postgres://db/shop" }\nmongodb: { url: "mongodb://db/", database: shop }\nconflict: ${usual}\nentities:\n${entities}`;
  return readConfigText(text, { name: 'isthmus.yaml', folder: '/etc/isthmus' }, {});
}

function policiesOf(entities: string, usual?: string): ReadonlyMap<string, Policy> {
  return mapSchema(configOf(entities, usual), { tables }).policies;
}

describe('a table’s policy', () => {
  it('is its own section over the usual one', () => {
    const policies = policiesOf(
      '  - { table: public.users, conflict: { strategy: merge, fields: { fullName: text, visits: counter } }, fields: { full_name: fullName } }\n  - { table: public.orders }\n',
      '{ strategy: prefer_sql, delete: update_wins }',
    );
    expect(policies.get('public.users')).toEqual({
      strategy: 'merge',
      delete: 'update_wins',
      chosen: true,
      rules: new Map([
        [0, { rule: 'text' }],
        [1, { rule: 'counter' }],
      ]),
      vector: null,
      module: null,
    });
    expect(policies.get('public.orders')).toMatchObject({ strategy: 'prefer_sql', chosen: false });
  });

  it('of a pattern was chosen for no table', () => {
    const policies = policiesOf('  - { table: public.*, conflict: { strategy: crdt } }\n');
    expect([...policies.values()].map(({ chosen }) => chosen)).toEqual([false, false]);
    expect(policies.get('public.orders')?.rules).toEqual(new Map([[0, { rule: 'counter' }]]));
  });

  it('takes the usual module where it takes the usual strategy, and no other', () => {
    const policies = policiesOf(
      '  - { table: public.users, conflict: { delete: manual } }\n  - { table: public.orders, conflict: { strategy: lww } }\n',
      '{ strategy: custom, module: resolve.mjs }',
    );
    expect(policies.get('public.users')).toMatchObject({ strategy: 'custom', module: '/etc/isthmus/resolve.mjs' });
    expect(policies.get('public.orders')).toMatchObject({ strategy: 'lww', module: null });
  });
});

describe('what cannot work', () => {
  const wrong =
    '  - { table: public.users, conflict: { strategy: merge, fields: { visits: text, tgas: set } } }\n  - { table: public.orders }\n';

  it('stops the start with all of it', () => {
    expect.assertions(4);
    try {
      policiesOf(wrong);
    } catch (error) {
      if (!isIsthmusError(error, 'policy_invalid')) throw error;
      expect(error.kind).toBe('usage');
      expect(error.message).toContain('public.users: visits (integer): the rule text needs a text column');
      expect(error.message).toContain('public.users has no mapped column or field tgas; did you mean "tags"?');
      expect(error.remedy).toContain('counter');
    }
  });

  it('is a finding of check each, and other tables are checked all the same', () => {
    const { findings, entities } = checkMapping(configOf(wrong), tables);
    const failed = findings.filter(({ state }) => state === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(['policy.public.users.visits', 'policy.public.users.tgas']);
    expect(failed.every(({ remedy }) => remedy !== null && remedy !== '')).toBe(true);
    expect([...entities.keys()]).toEqual(['public.users', 'public.orders']);
  });
});
