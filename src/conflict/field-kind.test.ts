/** What type and name say of a field. */
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../model/entity.js';
import { fieldKind, looksLikeVector, tableKind, wordsOf } from './field-kind.js';

const types: Record<string, ColumnType> = {
  text: { kind: 'text', sql: 'text' },
  varchar: { kind: 'varchar', sql: 'varchar', length: 255 },
  code: { kind: 'varchar', sql: 'varchar', length: 20 },
  int: { kind: 'int4', sql: 'integer' },
  numeric: { kind: 'numeric', sql: 'numeric', precision: 12, scale: 2 },
  float: { kind: 'float8', sql: 'double precision' },
  time: { kind: 'timestamptz', sql: 'timestamptz' },
  bool: { kind: 'bool', sql: 'boolean' },
  jsonb: { kind: 'jsonb', sql: 'jsonb' },
  texts: { kind: 'array', sql: 'text[]', element: { kind: 'text', sql: 'text' } },
  floats: { kind: 'array', sql: 'float8[]', element: { kind: 'float8', sql: 'double precision' } },
};

describe('a field', () => {
  it.each([
    ['bio', 'text', 'text'],
    ['productDescription', 'varchar', 'text'],
    ['comment', 'code', 'plain'],
    ['email', 'text', 'plain'],
    ['visits', 'int', 'counter'],
    ['login_count', 'int', 'counter'],
    ['num_employees', 'int', 'counter'],
    ['count', 'numeric', 'counter'],
    ['country', 'int', 'plain'],
    ['views', 'float', 'plain'],
    ['stock', 'int', 'account'],
    ['accountBalance', 'numeric', 'account'],
    ['price', 'numeric', 'amount'],
    ['version', 'int', 'latest'],
    ['updated_at', 'time', 'latest'],
    ['lastSeenAt', 'time', 'latest'],
    ['created_at', 'time', 'plain'],
    ['tags', 'texts', 'set'],
    ['path', 'texts', 'plain'],
    ['embedding', 'floats', 'plain'],
    ['attributes', 'jsonb', 'document'],
    ['user_roles', 'jsonb', 'set'],
    ['active', 'bool', 'plain'],
  ])('%s (%s) is %s', (name, type, kind) => {
    expect(fieldKind({ name, type: types[type] as ColumnType, averageBytes: null })).toBe(kind);
  });

  it('is prose if its texts are long, unless a program made them', () => {
    const of = (name: string, averageBytes: number) =>
      fieldKind({ name, type: types['text'] as ColumnType, averageBytes });
    expect([of('answer', 500), of('answer', 50), of('access_token', 500)]).toEqual(['text', 'plain', 'plain']);
  });

  it('is a vector only by name and type', () => {
    const of = (name: string, type: string) => looksLikeVector(name, types[type] as ColumnType);
    expect([of('version_vector', 'jsonb'), of('versionVector', 'jsonb'), of('vclock', 'jsonb')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([of('version_vector', 'text'), of('vector', 'jsonb')]).toEqual([false, false]);
  });
});

it.each([
  ['users', 'profile'],
  ['shop_Customers', 'profile'],
  ['user_settings', 'settings'],
  ['settings_history', 'plain'],
  ['orders', 'plain'],
  ['', 'plain'],
])('the table %s is %s', (name, kind) => expect(tableKind(name)).toBe(kind));

it('takes names apart in every spelling', () => {
  for (const name of ['last_seen_at', 'lastSeenAt', 'Last Seen At', 'last-seen--at'])
    expect(wordsOf(name)).toEqual(['last', 'seen', 'at']);
  expect(wordsOf('größe2Neu')).toEqual(['größe2', 'neu']);
  expect(wordsOf('___')).toEqual([]);
});
