/** Whatever the schema: what the adviser writes can be read, and is a policy without problems that says what it advised. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { EntityFileConfig } from '../../config/entity-schema.js';
import { readConfigText } from '../../config/load.js';
import { advise } from '../../conflict/advise.js';
import type { CatalogColumn, CatalogTable } from '../../model/catalog.js';
import type { ColumnType } from '../../model/entity.js';
import { compileEntity } from '../../model/mapping.js';
import { compileFor } from '../policies.js';
import { writeConfig } from '../write-config.js';
import { conflictLines, mappingLines } from './advice-text.js';

const array = (element: ColumnType): ColumnType => ({ kind: 'array', sql: `${element.sql}[]`, element });

const types: readonly ColumnType[] = [
  ...(['bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'text', 'citext', 'timestamptz', 'timestamp'] as const),
  ...(['date', 'time', 'timetz', 'interval', 'uuid', 'bytea', 'json', 'jsonb', 'opaque', 'char', 'numeric'] as const),
]
  .map((kind): ColumnType => ({ kind, sql: kind }))
  .concat([
    { kind: 'numeric', sql: 'numeric', precision: 12, scale: 2 },
    { kind: 'varchar', sql: 'varchar', length: 20 },
    { kind: 'varchar', sql: 'varchar', length: 400 },
    { kind: 'enum', sql: 'public.mood', labels: ['a', 'b'] },
    array({ kind: 'text', sql: 'text' }),
    array({ kind: 'float8', sql: 'double precision' }),
    array({ kind: 'uuid', sql: 'uuid' }),
  ]);

const telling = ['bio', 'notes', 'login_count', 'stock', 'balance', 'price', 'total', 'tags', 'version', 'updated_at'];
const odd = ['null', 'on', 'a: b', '#x', '- y', '${HOME}', '<<x', 'größe', '1', ' ', '"', "'", 'a\nb', '{', 'vclock'];
const columnName = fc.oneof(
  fc.constantFrom(...telling, ...odd),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);
const usable = (name: string): boolean =>
  name !== 'id' && name !== '_id' && name !== '<<' && name !== '__proto__' && !/^\$|\0/.test(name) && isWhole(name);

function isWhole(text: string): boolean {
  return text === Buffer.from(text).toString();
}

const columns = fc.uniqueArray(
  fc.record({ name: columnName.filter(usable), type: fc.constantFrom(...types), long: fc.boolean() }),
  { selector: ({ name }) => name, maxLength: 8 },
);

const tableName = fc.oneof(
  fc.constantFrom('users', 'settings', 'orders', '${HOME}', 'a b', 'on'),
  fc
    .string({ minLength: 1, maxLength: 8 })
    .filter((name) => usable(name) && !name.includes('*') && !name.includes('.')),
);

function tableOf(name: string, made: readonly { name: string; type: ColumnType }[], sequence: boolean): CatalogTable {
  const usual = {
    unmappable: null,
    nullable: true,
    hasDefault: false,
    addedWith: null,
    generated: false,
    ambiguousKey: null,
  };
  const id = { ...usual, name: 'id', type: { kind: 'int8', sql: 'bigint' }, nullable: false, sequence } as const;
  return {
    schema: 'public',
    name,
    columns: [
      id,
      ...made.map(({ name: column, type }): CatalogColumn => ({ ...usual, name: column, type, sequence: false })),
    ],
    primaryKey: ['id'],
    hasUserTriggers: false,
    replicaIdentityFull: true,
    partitioned: false,
    partition: false,
  };
}

const head = 'sql: { url: "postgres://h/x" }\nmongodb: { url: "mongodb://h/", database: x }\nentities:\n';
const file = { name: 'advice', folder: '/tmp' };

function compiled(text: string, table: CatalogTable) {
  const config = readConfigText(text, file, {});
  const [wish] = config.entities as [EntityFileConfig];
  expect(wish.table).toBe(`public.${table.name}`);
  return compileFor(config, { ...wish, pattern: false }, compileEntity(table, wish));
}

it('advice → YAML → configuration → policy: no problems, and the same rules', () => {
  fc.assert(
    fc.property(
      fc.record({
        name: tableName,
        columns,
        sequence: fc.boolean(),
        criticality: fc.constantFrom('low', 'medium', 'high'),
        rate: fc.constantFrom(null, 0, 0.001, 0.0011, 0.4),
        renamed: fc.boolean(),
      }),
      ({ name, columns: made, sequence, criticality, rate, renamed }) => {
        const table = tableOf(name, made, sequence);
        const first = made[0];
        const wish = {
          table: `public.${name}`,
          fields: renamed && first !== undefined ? { [first.name]: 'renamed_${x}_#1' } : {},
          criticality,
        };
        const entity = compileEntity(table, wish);
        const averageBytes = new Map(made.map((column) => [column.name, column.long ? 300 : 5]));
        const kept = { delete: null, insertManual: false };
        const advice = advise({ entity, criticality, rate, averageBytes, chosen: {}, kept, collisions: new Map() });
        const { policy, problems } = compiled(
          `${head}${[...mappingLines(wish), ...conflictLines(advice)].join('\n')}\n`,
          table,
        );
        expect(problems).toEqual([]);
        expect(policy.strategy).toBe(advice.strategy);
        expect(policy.insert).toBe(sequence ? 'manual' : undefined);
        const rules = advice.fields.map(({ field, rule }) => [entity.fields.indexOf(field), { rule }]);
        expect([...policy.rules].sort(([a], [b]) => a - b)).toEqual(rules);
      },
    ),
    { numRuns: 500 },
  );
});

it('init’s file is read and its policies have no problems', () => {
  fc.assert(
    fc.property(tableName, columns, fc.boolean(), (name, made, sequence) => {
      const table = tableOf(name, made, sequence);
      const { text } = writeConfig({
        server: 'PostgreSQL',
        name: 'x',
        database: 'x',
        tables: [table],
        averageBytes: new Map(),
      });
      const urls = { SQL_URL: 'postgres://h/x', MONGODB_URL: 'mongodb://h/' };
      const config = readConfigText(text, file, urls);
      const [wish] = config.entities as [EntityFileConfig];
      const { policy, problems } = compileFor(config, { ...wish, pattern: false }, compileEntity(table, wish));
      expect(problems).toEqual([]);
      // Two records whose keys a sequence made must not become one because a file was written for somebody.
      if (sequence) expect(policy.insert === 'manual' || !policy.chosen).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('keeps the rules that somebody chose, whatever their form', () => {
  const table = tableOf(
    'products',
    [
      { name: 'price', type: { kind: 'numeric', sql: 'numeric' } },
      { name: 'price_source', type: { kind: 'text', sql: 'text' } },
    ],
    false,
  );
  const rule = { flag: 'price_source', sql: ['manual', 'on'], mongodb: ['computed: yes'] };
  const chosen = { price: rule, price_source: 'prefer_sql' } as const;
  const advice = advise({
    entity: compileEntity(table, { table: 'public.products' }),
    criticality: 'low',
    rate: null,
    averageBytes: new Map(),
    chosen,
    kept: { delete: 'lww', insertManual: true },
    collisions: new Map(),
  });
  const lines = conflictLines(advice);
  expect(parse(lines.join('\n'))).toEqual({
    conflict: { strategy: 'merge', delete: 'lww', insert: 'manual', fields: chosen },
  });
  expect(lines.join('\n')).toContain('as configured');
});
