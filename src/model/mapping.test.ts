/** Pairing of tables and collections: what comes out, and what is said where it cannot be. */
import { describe, expect, it } from 'vitest';
import { IsthmusError } from '../base/errors.js';
import { ambiguousKey, type CatalogColumn, type CatalogTable } from './catalog.js';
import type { ColumnType } from './entity.js';
import { compileEntity, type EntityConfig } from './mapping.js';
import { compileEntities, expandTables } from './mapping-tables.js';

const text: ColumnType = { kind: 'text', sql: 'text' };
const int: ColumnType = { kind: 'int4', sql: 'integer' };

function column(name: string, more: Partial<CatalogColumn> = {}): CatalogColumn {
  const defaults = {
    type: text,
    unmappable: null,
    nullable: true,
    hasDefault: false,
    addedWith: null,
    generated: false,
    sequence: false,
    ambiguousKey: null,
  };
  return { name, ...defaults, ...more };
}

function table(name: string, columns: readonly CatalogColumn[], more: Partial<CatalogTable> = {}): CatalogTable {
  const defaults = {
    schema: 'public',
    primaryKey: ['id'],
    hasUserTriggers: false,
    replicaIdentityFull: true,
    partitioned: false,
    partition: false,
  };
  return { name, columns, ...defaults, ...more };
}

const id = column('id', { type: int, nullable: false, sequence: true, hasDefault: true });
const users = table('users', [id, column('full_name'), column('internal_note'), column('total', { generated: true })]);

function refused(build: () => unknown): { message: string; remedy: string } {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(IsthmusError);
    expect((error as IsthmusError).code).toBe('mapping_invalid');
    return error as IsthmusError;
  }
  throw new Error('it was taken');
}

describe('compileEntity', () => {
  it('takes all columns under their own names, but not generated ones', () => {
    const entity = compileEntity(users, { table: 'public.users' });
    expect(entity).toMatchObject({ name: 'public.users', collection: 'users', sequenceKey: true, mayDeviate: false });
    expect(entity.key).toMatchObject([{ column: 'id', field: '_id' }]);
    expect(entity.fields.map((field) => field.field)).toEqual(['full_name', 'internal_note']);
  });

  it('renames, leaves out and sets types', () => {
    const shop = table('shop', [
      id,
      column('full_name'),
      column('note'),
      column('born', { type: { kind: 'date', sql: 'date' } }),
      column('n', { type: int }),
    ]);
    const fields = {
      full_name: 'fullName',
      note: false,
      birthday: { column: 'born', type: 'date' },
      n: { type: 'string' },
    } as const;
    const entity = compileEntity(shop, { table: 'shop', collection: 'people', fields });
    expect(entity.collection).toBe('people');
    expect(entity.fields.map((field) => [field.column, field.field, field.type.document])).toEqual([
      ['full_name', 'fullName', undefined],
      ['born', 'birthday', 'date'],
      ['n', 'n', 'string'],
    ]);
  });

  it('knows what a new column brought, but not in another document type', () => {
    const added = table('t', [id, column('c', { type: int, addedWith: '5' })]);
    expect(compileEntity(added, { table: 't' }).fields).toMatchObject([{ column: 'c', addedWith: '5' }]);
    const { fields } = compileEntity(added, { table: 't', fields: { c: { type: 'string' } } });
    expect(fields[0]).not.toHaveProperty('addedWith');
  });

  it('keeps a composite key in the order of its definition', () => {
    const lines = table('lines', [column('product', { type: int }), column('note'), column('order', { type: int })], {
      primaryKey: ['order', 'product'],
    });
    const entity = compileEntity(lines, { table: 'lines', fields: { order: 'orderId' } });
    expect(entity.key.map((field) => field.field)).toEqual(['orderId', 'product']);
    expect(entity.key.every((field) => !field.nullable)).toBe(true);
  });

  it('knows what may come back other than it was written', () => {
    const of = (more: Partial<CatalogColumn>, rest: Partial<CatalogTable> = {}): boolean =>
      compileEntity(table('t', [id, column('c', more)], rest), { table: 't' }).mayDeviate;
    expect(of({})).toBe(false);
    expect(of({ hasDefault: true })).toBe(false);
    expect(of({ hasDefault: true, nullable: false })).toBe(true);
    expect(of({}, { hasUserTriggers: true })).toBe(true);
    expect(of({ type: { kind: 'opaque', sql: 'pg_catalog.inet' } })).toBe(true);
  });

  it.each<[string, CatalogTable, EntityConfig['fields'], RegExp]>([
    ['no primary key', table('t', [id], { primaryKey: [] }), {}, /add primary key/],
    ['has no column fulname; did you mean "full_name"', users, { fulname: 'x' }, /existing column/],
    ['full_name and internal_note are both the field x', users, { full_name: 'x', internal_note: 'x' }, /another name/],
    ['would be the field _id', users, { full_name: '_id' }, /other_name/],
    ['cannot be a field of this name', users, { full_name: '$set' }, /other_name/],
    ['column full_name stands twice', users, { full_name: 'a', b: { column: 'full_name' } }, /one of the two/],
    ['key column id cannot be left out', users, { id: false }, /leave the table out/],
    ['cannot be named userId', users, { id: 'userId' }, /always mapped/],
    [
      'cannot be a dat in the document; did you mean',
      table('t', [id, column('d', { type: { kind: 'date', sql: 'date' } })]),
      { d: { type: 'dat' } },
      /date/,
    ],
    [
      'cannot be mapped: it is a composite',
      table('t', [id, column('c', { type: null, unmappable: 'it is a composite' })]),
      {},
      /c: false/,
    ],
    [
      'cannot tell records apart: ',
      table('t', [column('id', { type: { kind: 'citext', sql: 'citext' }, ambiguousKey: 'case' })]),
      {},
      /another type/,
    ],
  ])('%s', (message, given, fields, remedy) => {
    const error = refused(() => compileEntity(given, { table: given.name, fields: fields ?? {} }));
    expect(error.message).toContain(message);
    expect(error.remedy).toMatch(remedy);
  });

  it('an unmappable column can be left out', () => {
    const odd = table('t', [id, column('c', { type: null, unmappable: 'odd' })]);
    expect(compileEntity(odd, { table: 't', fields: { c: false } }).fields).toEqual([]);
  });
});

describe('expandTables', () => {
  const tables = [
    users,
    table('orders', [id]),
    table('orders_1', [id], { partition: true }),
    table('users', [id], { schema: 'old' }),
  ];

  it('takes every table of a schema that is not named itself, partitions left to their root', () => {
    const expanded = expandTables([{ table: 'public.*' }, { table: 'users', collection: 'people' }], tables);
    expect(expanded.map(({ config }) => [config.table, config.collection])).toEqual([
      ['public.orders', undefined],
      ['public.users', 'people'],
    ]);
  });

  it('says what is wrong', () => {
    expect(refused(() => expandTables([{ table: 'public.user' }], tables)).message).toContain(
      'did you mean "public.users"',
    );
    expect(refused(() => expandTables([{ table: 'publik.*' }], tables)).message).toContain('did you mean "public"');
    expect(refused(() => expandTables([{ table: 'users' }, { table: 'public.users' }], tables)).message).toContain(
      'twice',
    );
    expect(refused(() => expandTables([{ table: 'public.*', collection: 'x' }], tables)).message).toContain(
      'many tables',
    );
    expect(refused(() => compileEntities([{ table: 'public.*' }, { table: 'old.*' }], tables)).message).toContain(
      'collection users',
    );
    expect([...compileEntities([{ table: 'public.*' }], tables).keys()]).toEqual(['public.orders', 'public.users']);
  });
});

describe('ambiguousKey', () => {
  it('refuses what the two databases compare in different ways', () => {
    const of = (kind: ColumnType['kind'], more: Partial<ColumnType> = {}, deterministic = true): boolean =>
      ambiguousKey({ kind, sql: kind, ...more }, deterministic) !== null;
    expect([
      of('int8'),
      of('text'),
      of('uuid'),
      of('char'),
      of('numeric'),
      of('date'),
      of('timestamptz', { precision: 3 }),
    ]).not.toContain(true);
    expect([
      of('citext'),
      of('float8'),
      of('text', {}, false),
      of('timestamptz'),
      of('jsonb'),
      of('array'),
      of('interval'),
      of('opaque'),
    ]).not.toContain(false);
    expect(of('opaque', { sql: 'pg_catalog.inet' })).toBe(false);
  });
});
