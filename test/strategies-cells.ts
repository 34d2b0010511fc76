/**
 * What must come of each kind of conflict under each strategy: the expectations of `strategies.test.ts`, as data. Must not
 * know how the collisions are made.
 */
import type { ConflictKind } from '../src/model/conflict.js';

export const strategies = [
  'lww',
  'prefer_sql',
  'prefer_mongodb',
  'merge',
  'version_vector',
  'ot',
  'crdt',
  'manual',
  'custom',
] as const;
export type StrategyName = (typeof strategies)[number];

/** The rules of the table under `merge`; a field without one (`at`, `code`) takes `prefer_sql` where both changed it. */
export const mergeRules = { title: 'prefer_mongodb', n: 'max', tags: 'merge_array', doc: 'merge_object' } as const;

/**
 * The module of the table under `custom`: MongoDB's fields but where one cannot cross; titles that both sides have are
 * joined, so that the result is neither side's.
 */
export const customModule = `export default ({ sql, mongodb }) => {
  const crosses = (value) => value?.$refused === undefined;
  const names = Object.keys(sql);
  const taken = names.map((name) => [name, crosses(mongodb[name]) ? mongodb[name] : sql[name]]);
  const joins = typeof sql.title === 'string' && typeof mongodb.title === 'string' && sql.title !== mongodb.title;
  return { ...Object.fromEntries(taken), ...(joins ? { title: sql.title + ' / ' + mongodb.title } : {}) };
};
`;

/** A record of the tables: `title text, n int, tags text[], doc jsonb, at timestamptz, code text unique`. */
export interface Row {
  readonly title: unknown;
  readonly n: unknown;
  /** A string is PostgreSQL's text of an array. */
  readonly tags: unknown;
  readonly doc: unknown;
  /** A string is PostgreSQL's text of a time. */
  readonly at: unknown;
  readonly code: unknown;
}

export type Cell =
  /** One side's version stands on both; `fields`: the rules that were asked. */
  | {
      readonly wins: 'sql' | 'mongodb';
      readonly fields?: Readonly<Record<string, string>>;
      readonly strategy?: string;
    }
  /** A value of both. */
  | { readonly merged: Row; readonly fields?: Readonly<Record<string, string>> }
  /** A person decides, and takes `use`. */
  | { readonly waits: RegExp; readonly use: 'sql' | 'mongodb' };

export interface Collision {
  readonly kind: ConflictKind;
  readonly what: string;
  /** Null: the record is not there. */
  readonly base: Row | null;
  readonly sql: Row | null;
  readonly mongodb: Row | null;
  /** SQL commits later; MongoDB otherwise. */
  readonly sqlLater?: true;
  /** Another record, which SQL makes at the same time. */
  readonly neighbour?: Row;
  readonly cells: Readonly<Record<StrategyName, Cell>>;
}

const day = (n: number): Date => new Date(Date.UTC(2024, 0, n));
const first: Row = { title: 'Hello world', n: 10, tags: ['a', 'b'], doc: { a: 1, b: 1 }, at: day(1), code: null };
const person = /leaves this to a person/;

/** What one side alone changed (`at`) is kept by every strategy that merges. */
const editedInSql: Row = {
  ...first,
  title: 'Hello beautiful world',
  n: 15,
  tags: ['a', 'b', 'c'],
  doc: { a: 2, b: 1 },
};
const editedInMongo: Row = {
  ...first,
  title: 'world',
  n: 17,
  tags: ['b', 'd'],
  doc: { a: 1, b: 1, c: 3 },
  at: day(2),
};
const kept = { ...editedInSql, at: day(2) };
const bySql = { title: 'prefer_sql', n: 'prefer_sql', tags: 'prefer_sql', doc: 'prefer_sql' } as const;

const ada: Row = { title: 'Ada', n: 1, tags: ['x'], doc: { p: 1 }, at: day(1), code: null };
const grace: Row = { title: 'Grace', n: 2, tags: ['y'], doc: { q: 1 }, at: day(2), code: null };

/** By the table's delete policy, whatever its strategy. */
const gone = (side: 'sql' | 'mongodb'): Readonly<Record<StrategyName, Cell>> =>
  everywhere({ wins: side, strategy: 'delete_wins' });
const same = (title: string): Row => ({ ...first, title });

function everywhere(cell: Cell): Readonly<Record<StrategyName, Cell>> {
  return Object.fromEntries(strategies.map((one) => [one, cell])) as Record<StrategyName, Cell>;
}

export const collisions: readonly Collision[] = [
  {
    kind: 'write_write',
    what: 'both edit every field, but one that only MongoDB sets',
    base: first,
    sql: editedInSql,
    mongodb: editedInMongo,
    cells: {
      lww: { wins: 'mongodb' },
      prefer_sql: { wins: 'sql' },
      prefer_mongodb: { wins: 'mongodb' },
      merge: {
        merged: { title: 'world', n: 17, tags: ['b', 'c', 'd'], doc: { a: 2, b: 1, c: 3 }, at: day(2), code: null },
        fields: mergeRules,
      },
      // Neither had seen the other: concurrent by the logs, so field by field.
      version_vector: { merged: kept, fields: bySql },
      ot: { merged: { ...kept, title: 'beautiful world' }, fields: { ...bySql, title: 'text' } },
      // 10 + 5 + 7; a was removed, c and d added.
      crdt: {
        merged: { ...kept, n: 22, tags: ['b', 'c', 'd'] },
        fields: { ...bySql, n: 'counter', tags: 'set' },
      },
      manual: { waits: person, use: 'mongodb' },
      custom: { merged: { ...editedInMongo, title: 'Hello beautiful world / world' } },
    },
  },
  {
    kind: 'write_write',
    what: 'both edit the same text, SQL later',
    base: same('two'),
    sql: same('two three'),
    mongodb: same('one two'),
    sqlLater: true,
    cells: {
      lww: { wins: 'sql' },
      prefer_sql: { wins: 'sql' },
      prefer_mongodb: { wins: 'mongodb' },
      merge: { wins: 'mongodb', fields: { title: 'prefer_mongodb' } },
      version_vector: { wins: 'sql', fields: { title: 'prefer_sql' } },
      ot: { merged: same('one two three'), fields: { title: 'text' } },
      crdt: { wins: 'sql', fields: { title: 'prefer_sql' } },
      manual: { waits: person, use: 'sql' },
      custom: { merged: same('two three / one two') },
    },
  },
  {
    kind: 'insert_insert',
    what: 'both insert the key',
    base: null,
    sql: ada,
    mongodb: grace,
    cells: {
      lww: { wins: 'mongodb' },
      prefer_sql: { wins: 'sql' },
      prefer_mongodb: { wins: 'mongodb' },
      // Without an ancestor every difference is a change of both; `at` has no rule.
      merge: {
        merged: { ...grace, tags: ['x', 'y'], doc: { p: 1, q: 1 }, at: day(1) },
        fields: { ...mergeRules, at: 'prefer_sql' },
      },
      version_vector: { wins: 'sql', fields: { ...bySql, at: 'prefer_sql' } },
      // Both wrote into an empty text, SQL's first.
      ot: { merged: { ...ada, title: 'AdaGrace' }, fields: { ...bySql, title: 'text', at: 'prefer_sql' } },
      // Both counted from 0.
      crdt: {
        merged: { ...ada, n: 3, tags: ['x', 'y'] },
        fields: { ...bySql, n: 'counter', tags: 'set', at: 'prefer_sql' },
      },
      manual: { waits: person, use: 'mongodb' },
      custom: { merged: { ...grace, title: 'Ada / Grace' } },
    },
  },
  {
    kind: 'delete_update',
    what: 'SQL deletes what MongoDB changes',
    base: first,
    sql: null,
    mongodb: { ...first, n: 11 },
    cells: gone('sql'),
  },
  {
    kind: 'delete_update',
    what: 'MongoDB deletes what SQL changes',
    base: first,
    sql: { ...first, n: 11 },
    mongodb: null,
    cells: gone('mongodb'),
  },
  {
    kind: 'type_mismatch',
    what: 'MongoDB writes a word where SQL counts',
    base: first,
    sql: { ...first, n: 11 },
    mongodb: { ...first, n: 'many' },
    // Only what loses by policy anyway is given up; `merge` has no rule here that would take SQL's.
    cells: {
      ...everywhere({ waits: /^Field n cannot cross/, use: 'sql' }),
      prefer_sql: { wins: 'sql' },
      custom: { wins: 'sql' },
    },
  },
  {
    kind: 'type_mismatch',
    what: 'SQL writes a time that MongoDB does not know',
    base: first,
    sql: { ...first, at: 'infinity' },
    mongodb: { ...first, at: day(3) },
    cells: {
      ...everywhere({ waits: /^Field at cannot cross/, use: 'mongodb' }),
      prefer_mongodb: { wins: 'mongodb' },
      custom: { wins: 'mongodb' },
    },
  },
  {
    kind: 'structural',
    what: 'MongoDB writes an object where SQL has text',
    base: first,
    sql: same('Main Street 1, Rome'),
    mongodb: { ...first, title: { street: 'Main Street 1', city: 'Rome' } },
    cells: {
      ...everywhere({ waits: /^Field title cannot cross/, use: 'sql' }),
      prefer_sql: { wins: 'sql' },
      custom: { wins: 'sql' },
    },
  },
  {
    kind: 'structural',
    what: 'SQL writes an array that begins at 0',
    base: first,
    sql: { ...first, tags: '[0:1]={p,q}' },
    mongodb: { ...first, tags: ['r'] },
    cells: {
      ...everywhere({ waits: /^Field tags cannot cross/, use: 'mongodb' }),
      prefer_mongodb: { wins: 'mongodb' },
      custom: { wins: 'mongodb' },
    },
  },
  {
    kind: 'unique_violation',
    what: 'each side gives another record the same code',
    base: first,
    sql: first,
    mongodb: { ...first, n: 12, code: 'one' },
    neighbour: { ...first, code: 'one' },
    // No strategy may take a code from the record that has it.
    cells: everywhere({ waits: /_code_key/, use: 'sql' }),
  },
];
