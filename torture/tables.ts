/**
 * The tables of a torture run as data: their columns, their conflict strategies, and by which rule each field is checked. What the
 * users write, what the sync is told and what the checker demands all come from here. Must not know servers.
 */
import type { ConfigInput } from '../src/index.js';
import type { Side } from '../src/model/side.js';

export type ColumnType = 'int' | 'bigint' | 'numeric' | 'text' | 'text[]' | 'timestamptz' | 'jsonb' | 'boolean';

/** `words`: unique words that are appended, under the field rule `text`. Outside `merge` it says nothing. */
export type Rule = 'prefer_sql' | 'prefer_mongodb' | 'counter' | 'set' | 'max' | 'words';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly rule: Rule;
}

export interface Table {
  readonly name: string;
  readonly key: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly columns: readonly Column[];
  readonly strategy: 'lww' | 'merge' | 'prefer_sql' | 'prefer_mongodb' | 'manual';
  readonly delete: 'delete_wins' | 'update_wins' | 'manual';
  /** How many different keys the users choose from. */
  readonly keys: number;
  /** Of ten writes to a record that is there. */
  readonly deletes: number;
}

const column = (name: string, type: ColumnType, rule: Rule = 'prefer_sql'): Column => ({ name, type, rule });

/** The token of the transaction that wrote the record last, different each time: no write of a user is a no-op, and no value comes back. */
const by = column('by', 'text');

/**
 * `accounts` are merged and their balances counted: so each transfer's two deltas survive every conflict, and the sum stays what it was
 * to the last unit. Under `lww` a conflict drops one leg of a transfer and keeps the other, and no sum could be demanded.
 */
export const tables: readonly Table[] = [
  {
    name: 'facts',
    key: [{ name: 'id', type: 'int' }],
    columns: [column('v', 'text'), by],
    strategy: 'lww',
    delete: 'delete_wins',
    keys: 300,
    deletes: 1,
  },
  {
    name: 'people',
    key: [{ name: 'id', type: 'text' }],
    columns: [
      column('name', 'text'),
      column('city', 'text', 'prefer_mongodb'),
      column('visits', 'int', 'counter'),
      column('tags', 'text[]', 'set'),
      column('score', 'int', 'max'),
      column('bio', 'text', 'words'),
      column('rate', 'numeric'),
      column('seen', 'timestamptz', 'prefer_mongodb'),
      column('profile', 'jsonb'),
      column('active', 'boolean', 'prefer_mongodb'),
      by,
    ],
    strategy: 'merge',
    delete: 'delete_wins',
    keys: 120,
    deletes: 1,
  },
  {
    name: 'orders',
    key: [
      { name: 'region', type: 'text' },
      { name: 'number', type: 'int' },
    ],
    columns: [column('status', 'text'), column('total', 'numeric'), column('placed', 'timestamptz'), by],
    strategy: 'prefer_sql',
    delete: 'delete_wins',
    keys: 200,
    deletes: 2,
  },
  {
    name: 'notes',
    key: [{ name: 'id', type: 'bigint' }],
    columns: [column('body', 'text'), column('pinned', 'boolean'), by],
    strategy: 'prefer_mongodb',
    delete: 'update_wins',
    keys: 150,
    deletes: 2,
  },
  {
    name: 'settings',
    key: [{ name: 'id', type: 'text' }],
    columns: [column('value', 'jsonb'), by],
    strategy: 'manual',
    delete: 'manual',
    keys: 80,
    deletes: 1,
  },
  {
    name: 'accounts',
    key: [{ name: 'id', type: 'int' }],
    columns: [column('balance', 'bigint', 'counter'), by],
    strategy: 'merge',
    delete: 'delete_wins',
    keys: 100,
    deletes: 0,
  },
  {
    name: 'shelves',
    key: [{ name: 'id', type: 'int' }],
    columns: [column('label', 'text'), by],
    strategy: 'lww',
    delete: 'delete_wins',
    keys: 40,
    deletes: 1,
  },
];

/** Columns that are added to `shelves` in mid-run are named so; users do not write them. */
export const addedColumn = 'extra_';

/** Columns of `drawers`, which is empty and which users do not write: each can be dropped once. With a row in it, that stops the entity. */
export const spareColumns = ['spare_1', 'spare_2', 'spare_3'] as const;

export function tableNamed(name: string): Table {
  const found = tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`there is no table ${name}`);
  return found;
}

function fieldRules(
  table: Table,
): Record<string, 'prefer_sql' | 'prefer_mongodb' | 'counter' | 'set' | 'max' | 'text'> {
  return Object.fromEntries(table.columns.map(({ name, rule }) => [name, rule === 'words' ? 'text' : rule]));
}

export const entities: NonNullable<ConfigInput['entities']> = [
  ...tables.map((table) => ({
    table: table.name,
    conflict: {
      strategy: table.strategy,
      delete: table.delete,
      ...(table.strategy === 'merge' ? { fields: fieldRules(table) } : {}),
    },
  })),
  { table: 'drawers' },
];

export const createTables: string = [
  ...tables.map(({ name, key, columns }) => {
    const all = [...key, ...columns].map((one) => `${one.name} ${one.type}`);
    return `create table ${name} (${all.join(', ')}, primary key (${key.map((one) => one.name).join(', ')}));`;
  }),
  `create table drawers (id int primary key, label text, ${spareColumns.map((name) => `${name} int`).join(', ')});`,
  'create table torture_marks (id text primary key, asked boolean not null default false);',
].join('\n');

const regions = ['eu', 'us', 'asia'];

/** The nth key, as the history spells it. */
export function keyText(table: Table, n: number): string {
  if (table.key.length > 1) return `${regions[n % regions.length]}/${n}`;
  return table.key[0]?.type === 'text' ? `${table.name}-${n}` : String(n);
}

/** Some records are left to the users of one side: a conflict there is an invented one. Null: both write it. */
export function ownerOf(n: number): Side | null {
  return n % 8 === 0 ? 'sql' : n % 8 === 1 ? 'mongodb' : null;
}

/** Records that are there from the beginning and are never deleted: sums over them are exact. */
export function isSteady(table: Table, n: number): boolean {
  return table.deletes === 0 || n % 8 >= 5;
}
