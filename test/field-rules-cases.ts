/**
 * Records that both sides change at once, with what each field rule makes of them: the expectations of `field-rules.test.ts`,
 * as data. Must not know how the changes are made.
 */
import { Decimal128 } from 'mongodb';

export const columns = {
  owner: 'text',
  alias: 'text',
  nick: 'text',
  list: 'text[]',
  settings: 'jsonb',
  seen: 'text',
  top: 'int',
  low: 'date',
  bio: 'text',
  amount: 'numeric',
  labels: 'jsonb',
  price: 'numeric',
  price_source: 'text',
  score: 'numeric',
  clock: 'jsonb',
} as const;
export type Column = keyof typeof columns;
export type Row = Partial<Record<Column, unknown>>;

export interface Case {
  readonly what: string;
  readonly table: 'ruled' | 'versioned';
  readonly base: Row;
  readonly sql: Row;
  readonly mongodb: Row;
  /** SQL commits later than MongoDB. */
  readonly sqlLater?: true;
  readonly ends: Row;
  readonly resolution?: 'sql_wins' | 'mongo_wins';
  readonly fields: Row;
}

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);

const ruled: readonly Omit<Case, 'table'>[] = [
  {
    what: 'prefer_sql and prefer_mongodb, each for its own field',
    base: { owner: 'a', alias: 'a' },
    sql: { owner: 'sql', alias: 'sql' },
    mongodb: { owner: 'mongo', alias: 'mongo' },
    ends: { owner: 'sql', alias: 'mongo' },
    fields: { owner: 'prefer_sql', alias: 'prefer_mongodb' },
  },
  {
    what: 'prefer_non_null takes the value where SQL cleared the field',
    base: { nick: 'a' },
    sql: { nick: null },
    mongodb: { nick: 'kept' },
    ends: { nick: 'kept' },
    resolution: 'mongo_wins',
    fields: { nick: 'prefer_non_null' },
  },
  {
    what: 'merge_array: adds of both, the removal of one',
    base: { list: ['new', 'trial'] },
    sql: { list: ['new', 'paying'] },
    mongodb: { list: ['vip', 'new', 'trial'] },
    ends: { list: ['new', 'paying', 'vip'] },
    fields: { list: 'merge_array' },
  },
  {
    what: 'merge_object: deep, with arrays below and a key that one side removed',
    base: { settings: { theme: 'light', mail: { daily: true, to: ['a'] }, old: 1 } },
    sql: { settings: { theme: 'dark', mail: { daily: true, to: ['a', 'b'] } } },
    mongodb: { settings: { theme: 'light', mail: { daily: false, to: ['a', 'c'] }, old: 1 } },
    ends: { settings: { theme: 'dark', mail: { daily: false, to: ['a', 'b', 'c'] } } },
    fields: { settings: 'merge_object' },
  },
  {
    what: 'lww, MongoDB later',
    base: { seen: 'a' },
    sql: { seen: 'sql' },
    mongodb: { seen: 'mongo' },
    ends: { seen: 'mongo' },
    resolution: 'mongo_wins',
    fields: { seen: 'lww' },
  },
  {
    what: 'lww, SQL later; what the earlier side alone changed is kept',
    base: { seen: 'a', nick: 'a' },
    sql: { seen: 'sql' },
    mongodb: { seen: 'mongo', nick: 'mongo' },
    sqlLater: true,
    ends: { seen: 'sql', nick: 'mongo' },
    fields: { seen: 'lww' },
  },
  {
    what: 'max and min, as numbers and days',
    base: { top: 5, low: '2024-05-05' },
    sql: { top: 9, low: '2024-04-01' },
    mongodb: { top: 10, low: '2024-03-31' },
    ends: { top: 10, low: '2024-03-31' },
    resolution: 'mongo_wins',
    fields: { top: 'max', low: 'min' },
  },
  {
    what: 'text: “Hello world”, one inserts, the other deletes',
    base: { bio: 'Hello world' },
    sql: { bio: 'Hello beautiful world' },
    mongodb: { bio: 'world' },
    ends: { bio: 'beautiful world' },
    fields: { bio: 'text' },
  },
  {
    what: 'text: emoji and combining marks stay whole',
    base: { bio: 'cafe\u0301 👍🏽 end' },
    sql: { bio: 'le cafe\u0301 👍🏽 end' },
    mongodb: { bio: 'cafe\u0301 👍🏿 end 👩‍👩‍👧' },
    ends: { bio: 'le cafe\u0301 👍🏿 end 👩‍👩‍👧' },
    fields: { bio: 'text' },
  },
  {
    what: 'counter: exact for numeric, beyond what a double holds',
    base: { amount: decimal('0.1') },
    sql: { amount: decimal('0.3') },
    mongodb: { amount: decimal('12345678901234567890.0000001') },
    // The sum of both deltas: 0.2 and 12345678901234567889.9000001.
    ends: { amount: decimal('12345678901234567890.2000001') },
    fields: { amount: 'counter' },
  },
  {
    what: 'counter: the same step on both sides is two steps, where the records differ otherwise',
    base: { amount: decimal('5') },
    sql: { amount: decimal('6'), nick: 'sql' },
    mongodb: { amount: decimal('6') },
    ends: { amount: decimal('7'), nick: 'sql' },
    fields: { amount: 'counter' },
  },
  {
    what: 'set, of a JSON array',
    base: { labels: ['a', 'b'] },
    sql: { labels: ['b', 'c'] },
    mongodb: { labels: ['a', 'b', 1] },
    ends: { labels: ['b', 'c', 1] },
    fields: { labels: 'set' },
  },
  {
    what: 'flag: a manual price is SQL’s, though MongoDB is later',
    base: { price: decimal('10'), price_source: 'manual' },
    sql: { price: decimal('11') },
    mongodb: { price: decimal('12') },
    ends: { price: decimal('11') },
    resolution: 'sql_wins',
    fields: { price: 'flag' },
  },
  {
    what: 'flag: a computed price is MongoDB’s, though SQL is later',
    base: { price: decimal('10'), price_source: 'computed' },
    sql: { price: decimal('11') },
    mongodb: { price: decimal('12') },
    sqlLater: true,
    ends: { price: decimal('12') },
    resolution: 'mongo_wins',
    fields: { price: 'flag' },
  },
  {
    what: 'flag: the flag is decided first',
    base: { price: decimal('10'), price_source: 'computed' },
    sql: { price: decimal('11'), price_source: 'manual' },
    mongodb: { price: decimal('12') },
    ends: { price: decimal('11'), price_source: 'manual' },
    resolution: 'sql_wins',
    fields: { price: 'flag' },
  },
  {
    what: 'custom: a module decides its field',
    base: { score: decimal('1') },
    sql: { score: decimal('2') },
    mongodb: { score: decimal('4') },
    ends: { score: decimal('3') },
    fields: { score: 'custom' },
  },
];

const versioned: readonly Omit<Case, 'table'>[] = [
  {
    what: 'the application says that MongoDB had seen SQL’s version: no field is asked',
    base: { nick: 'a', top: 1, clock: { web: 1 } },
    sql: { nick: 'sql', top: 2, clock: { web: 2 } },
    mongodb: { nick: 'mongo', clock: { web: 2, app: 1 } },
    sqlLater: true,
    ends: { nick: 'mongo', top: 1, clock: { web: 2, app: 1 } },
    resolution: 'mongo_wins',
    fields: {},
  },
  {
    what: 'the application says that SQL had seen MongoDB’s version',
    base: { nick: 'a', clock: { app: 1 } },
    sql: { nick: 'sql', clock: { app: 2, web: 1 } },
    mongodb: { nick: 'mongo', top: 9, clock: { app: 2 } },
    ends: { nick: 'sql', top: null, clock: { app: 2, web: 1 } },
    resolution: 'sql_wins',
    fields: {},
  },
  {
    what: 'concurrent by the application’s vector: field by field, and the vector has seen both',
    base: { nick: 'a', top: 1, clock: { web: 1 } },
    sql: { nick: 'sql', clock: { web: 2 } },
    mongodb: { nick: 'mongo', top: 2, clock: { web: 1, app: 1 } },
    ends: { nick: 'sql', top: 2, clock: { web: 2, app: 1 } },
    fields: { nick: 'prefer_sql', clock: 'version_vector' },
  },
];

export const cases: readonly Case[] = [
  ...ruled.map((one) => ({ ...one, table: 'ruled' as const })),
  ...versioned.map((one) => ({ ...one, table: 'versioned' as const })),
];
