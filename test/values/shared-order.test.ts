/** The order in which two streams are merged is the one in which each database reads its keys. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnKind, Entity, Field } from '../../src/model/entity.js';
import { encodeKey } from '../../src/model/key.js';
import { sharedOrder } from '../../src/model/shared-order.js';
import { EntityPlan } from '../../src/mongodb/entity-plan.js';
import { compareValues } from '../../src/mongodb/value-order.js';
import { keyOrder } from '../../src/postgres/store/key-order.js';

const sqlNames: Partial<Record<ColumnKind, string>> = {
  int8: 'bigint',
  int4: 'integer',
  int2: 'smallint',
  bool: 'boolean',
};

function entityOf(kinds: readonly ColumnKind[]): Entity {
  const key = kinds.map((kind, index): Field => {
    const column = `k${index}`;
    return { column, field: column, type: { kind, sql: sqlNames[kind] ?? kind }, nullable: false, hasDefault: false };
  });
  return {
    name: 'p.t',
    schema: 'p',
    table: 't',
    collection: 't',
    key,
    fields: [],
    sequenceKey: false,
    mayDeviate: false,
  };
}

const whole = (bits: number): fc.Arbitrary<string> =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }).filter((value) => !value.includes('\u0000')),
  fc.constantFrom('', 'a', 'ab', 'B', '\uffee', '🌿', '\ud7ff', 'é'),
);
const values: Partial<Record<ColumnKind, fc.Arbitrary<string>>> = {
  int2: whole(16),
  int4: whole(32),
  int8: fc.oneof(whole(64), whole(8)),
  uuid: fc.uuid(),
  bool: fc.constantFrom('true', 'false'),
  text,
  varchar: text,
};
const kinds = Object.keys(values) as ColumnKind[];

const pair = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }).chain((columns) => {
  const key = fc.tuple(...columns.map((kind) => values[kind] as fc.Arbitrary<string>)).map(encodeKey);
  return fc.tuple(fc.constant(columns), key, key);
});

test('keys stand in the same order for PostgreSQL, MongoDB and the merge', () => {
  fc.assert(
    fc.property(pair, ([columns, a, b]) => {
      const entity = entityOf(columns);
      const shared = sharedOrder(entity)?.(a, b) ?? Number.NaN;
      const plan = new EntityPlan(entity);
      expect(Math.sign(keyOrder(entity, () => true).compare(a, b))).toBe(Math.sign(shared));
      expect(Math.sign(compareValues(plan.id(a), plan.id(b)))).toBe(Math.sign(shared));
    }),
    { numRuns: 5000 },
  );
});

test('where the databases order differently, nothing is merged', () => {
  for (const kind of ['numeric', 'bytea', 'timestamptz', 'citext', 'enum', 'float8'] as const)
    expect(sharedOrder(entityOf([kind]))).toBeNull();
});
