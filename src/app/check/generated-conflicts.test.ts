import { expect, test } from 'vitest';
import { isCanonical } from '../../conflict/fits-column.js';
import { plainValue, valueOfPlain } from '../../conflict/plain-value.js';
import { defaultPolicy } from '../../conflict/policy.js';
import type { ColumnType, Entity, Field } from '../../model/entity.js';
import { generateConflicts } from './generated-conflicts.js';
import { valuesOf } from './generated-values.js';

const types: readonly ColumnType[] = [
  { kind: 'bool', sql: 'boolean' },
  { kind: 'int2', sql: 'smallint' },
  { kind: 'int4', sql: 'integer' },
  { kind: 'int8', sql: 'bigint' },
  { kind: 'float4', sql: 'real' },
  { kind: 'float8', sql: 'double precision' },
  { kind: 'numeric', sql: 'numeric' },
  { kind: 'numeric', sql: 'numeric', precision: 4, scale: 2 },
  { kind: 'numeric', sql: 'numeric', precision: 2, scale: 2, document: 'double' },
  { kind: 'text', sql: 'text' },
  { kind: 'text', sql: 'text', document: 'objectId' },
  { kind: 'varchar', sql: 'character varying', length: 1 },
  { kind: 'char', sql: 'character', length: 5 },
  { kind: 'citext', sql: 'citext' },
  { kind: 'timestamptz', sql: 'timestamp with time zone' },
  { kind: 'timestamp', sql: 'timestamp without time zone', precision: 0 },
  { kind: 'date', sql: 'date' },
  { kind: 'time', sql: 'time without time zone', precision: 0 },
  { kind: 'timetz', sql: 'time with time zone' },
  { kind: 'interval', sql: 'interval' },
  { kind: 'uuid', sql: 'uuid' },
  { kind: 'bytea', sql: 'bytea' },
  { kind: 'json', sql: 'json' },
  { kind: 'jsonb', sql: 'jsonb' },
  { kind: 'enum', sql: 'public.mood', labels: ['glad', 'sad'] },
  { kind: 'opaque', sql: 'inet' },
  { kind: 'opaque', sql: 'public.unheard_of' },
  { kind: 'array', sql: 'text[]', element: { kind: 'text', sql: 'text' } },
  { kind: 'array', sql: 'jsonb[]', element: { kind: 'jsonb', sql: 'jsonb' } },
];

test.each(types.map((type) => ({ name: `${type.kind} ${JSON.stringify(type)}`, type })))(
  'values of $name are canonical, more than one, and survive the way to a module and back',
  ({ type }) => {
    const values = valuesOf(type);
    expect(new Set(values).size).toBeGreaterThan(1);
    for (const value of values) {
      expect({ value, canonical: isCanonical(type, value) }).toEqual({ value, canonical: true });
      expect(valueOfPlain(type, plainValue(type, value))).toEqual({ ok: true, value });
    }
  },
);

const fields = types.map(
  (type, index): Field => ({
    column: `c${index}`,
    field: `c${index}`,
    type,
    nullable: index % 2 === 0,
    hasDefault: false,
  }),
);
const entity: Entity = {
  name: 'public.wide',
  schema: 'public',
  table: 'wide',
  collection: 'wide',
  key: [
    { column: 'a', field: 'a', type: { kind: 'int4', sql: 'integer' }, nullable: false, hasDefault: false },
    { column: 'b', field: 'b', type: { kind: 'text', sql: 'text' }, nullable: false, hasDefault: false },
  ],
  fields,
  sequenceKey: false,
  mayDeviate: false,
};

test('generated conflicts are the same at every call, of every kind, and keep NOT NULL', () => {
  const conflicts = generateConflicts(entity, defaultPolicy, { count: 200, seed: 1 });
  expect(conflicts).toEqual(generateConflicts(entity, defaultPolicy, { count: 200, seed: 1 }));
  expect(conflicts).toHaveLength(200);
  expect(new Set(conflicts.map(({ kind }) => kind))).toEqual(
    new Set(['write_write', 'insert_insert', 'delete_update']),
  );
  expect(conflicts.some(({ sql, mongodb }) => sql.time !== null && sql.time === mongodb.time)).toBe(true);
  for (const { base, sql, mongodb } of conflicts)
    for (const state of [base, sql.state, mongodb.state])
      fields.forEach((field, index) => {
        if (state?.[index] === null) expect(field.nullable).toBe(true);
      });
});

test('a flag’s and a vector’s values are among them; a table of nothing but a key has no conflicts', () => {
  const flag = { rule: 'flag', flag: 9, sql: ['manual'], mongodb: ['computed'] } as const;
  const policy = { ...defaultPolicy, strategy: 'version_vector', rules: new Map([[6, flag]]), vector: 23 } as const;
  const conflicts = generateConflicts(entity, policy, { count: 100, seed: 2 });
  expect(new Set(conflicts.map(({ sql }) => sql.state?.[9]))).toContain('computed');
  expect(conflicts.every(({ sql }) => (sql.state?.[23] ?? '{"mongodb"').startsWith('{"mongodb"'))).toBe(true);
  expect(generateConflicts({ ...entity, fields: [] }, policy, { count: 100, seed: 2 })).toEqual([]);
});
