/** The order of keys in this process; that PostgreSQL has the same one is tested in `chunks.pg.test.ts`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnKind, Entity } from '../../model/entity.js';
import { encodeKey } from '../../model/key.js';
import { keyOrder } from './key-order.js';

function entity(...kinds: readonly ColumnKind[]): Entity {
  const key = kinds.map((kind, i) => ({
    column: `k${i}`,
    field: `k${i}`,
    type: { kind, sql: kind },
    nullable: false,
    hasDefault: false,
  }));
  return {
    name: 'public.t',
    schema: 'public',
    table: 't',
    collection: 't',
    key,
    fields: [],
    sequenceKey: false,
    mayDeviate: false,
  };
}

const sorted = (keys: readonly string[], ...kinds: readonly ColumnKind[]) =>
  keys.toSorted(keyOrder(entity(...kinds), () => false).compare);

test('integers, decimals, times and texts each in their own order', () => {
  expect(sorted(['10', '9', '-1', '9223372036854775807', '9223372036854775806', '-10'], 'int8')).toEqual([
    '-10',
    '-1',
    '9',
    '10',
    '9223372036854775806',
    '9223372036854775807',
  ]);
  expect(sorted(['NaN', '1.5', '1.05', '-2', '-10.5', 'Infinity', '10', '0', '-Infinity'], 'numeric')).toEqual([
    '-Infinity',
    '-10.5',
    '-2',
    '0',
    '1.05',
    '1.5',
    '10',
    'Infinity',
    'NaN',
  ]);
  expect(
    sorted(
      [
        '2024-01-01T00:00:00.000Z',
        '-000001-01-01T00:00:00.000Z',
        '0999-01-01T00:00:00.000Z',
        '+010000-01-01T00:00:00.000Z',
      ],
      'timestamptz',
    ),
  ).toEqual([
    '-000001-01-01T00:00:00.000Z',
    '0999-01-01T00:00:00.000Z',
    '2024-01-01T00:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
  ]);
  expect(sorted(['b', 'a', 'B', '', 'é', '\uffee', '🌿', 'aa'], 'text')).toEqual([
    '',
    'B',
    'a',
    'aa',
    'b',
    'é',
    '\uffee',
    '🌿',
  ]);
});

test('composite keys column by column', () => {
  const keys = [
    ['2', 'a'],
    ['10', 'a'],
    ['2', 'B'],
  ].map(encodeKey);
  expect(sorted(keys, 'int4', 'text')).toEqual(
    [
      ['2', 'B'],
      ['2', 'a'],
      ['10', 'a'],
    ].map(encodeKey),
  );
});

test('texts are ordered as their bytes are', () => {
  const { compare } = keyOrder(entity('text'), () => false);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compare(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});
