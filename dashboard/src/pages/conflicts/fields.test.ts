import { expect, test } from 'vitest';
import type { Conflict } from '../../api/shapes.js';
import { buildValue, fieldRows, firstPicks, type Picks, readTyped, versionsOf } from './fields.js';

const columns = [
  { field: 'name', type: 'text', nullable: false },
  { field: 'visits', type: 'integer', nullable: true },
  { field: 'price', type: 'numeric', nullable: true },
  { field: 'tags', type: 'text[]', nullable: true },
  { field: 'vip', type: 'boolean', nullable: true },
];

type Versions = NonNullable<Conflict['versions']>;

function conflict(versions: Versions): Conflict {
  return {
    conflictId: 'c',
    table: 'public.users',
    collection: 'users',
    key: 7,
    kind: 'write_write',
    state: 'pending',
    resolution: 'pending',
    strategy: 'manual',
    reason: null,
    seen: 's',
    created_at: '2026-01-01T00:00:00.000Z',
    resolvedAt: null,
    resolvedBy: null,
    base: null,
    sqlEvent: null,
    mongoEvent: null,
    resolvedData: null,
    versions,
    columns,
  };
}

const base = { _id: 7, name: 'Ada', visits: 1, price: '12.50', tags: ['a'], vip: false };

test('each field says who changed it', () => {
  const shown = conflict({
    base,
    sql: { ...base, name: 'A', visits: 2, vip: true },
    mongodb: { ...base, name: 'B', price: '13', vip: true },
  });
  const rows = fieldRows(shown);
  expect(Object.fromEntries(rows.map(({ field, change }) => [field, change]))).toEqual({
    name: 'both',
    visits: 'sql',
    price: 'mongodb',
    tags: 'none',
    vip: 'agreed',
  });
  // What one side alone changed is taken; what both did is a person's.
  expect(firstPicks(shown, rows)).toEqual({
    visits: { from: 'sql' },
    price: { from: 'mongodb' },
    tags: { from: 'sql' },
    vip: { from: 'sql' },
  });
});

test('the whole record is built of the choices, with what is missing or does not read', () => {
  const shown = conflict({ base, sql: { ...base, name: 'A', visits: 2 }, mongodb: { ...base, name: 'B' } });
  const rows = fieldRows(shown);
  const picks = firstPicks(shown, rows);
  expect(buildValue(rows, picks)).toEqual({ value: null, missing: ['name'], problems: {} });
  const decided: Picks = { ...picks, name: { from: 'mongodb' }, visits: { from: 'typed', text: ' 5 ', isNull: false } };
  const { _id, ...fields } = base;
  expect(buildValue(rows, decided).value).toEqual({ ...fields, name: 'B', visits: 5 });
  const wrong = buildValue(rows, { ...decided, visits: { from: 'typed', text: 'many', isNull: false } });
  expect(wrong).toMatchObject({ value: null, problems: { visits: 'Write a number.' } });
});

test('where a side deleted the record its fields are no choice; the other side’s values stand', () => {
  const shown = conflict({ base, sql: null, mongodb: { ...base, name: 'B' } });
  const rows = fieldRows(shown);
  const picks = firstPicks(shown, rows);
  expect(Object.values(picks).some((pick) => pick.from === 'sql')).toBe(false);
  expect(buildValue(rows, { ...picks, name: { from: 'mongodb' } }).value).toMatchObject({ name: 'B', visits: 1 });
});

test('two inserts: fields that are equal are no question', () => {
  const shown = conflict({ base: null, sql: { ...base, name: 'A' }, mongodb: base });
  const rows = fieldRows(shown);
  expect(rows.filter(({ change }) => change !== 'none').map(({ field }) => field)).toEqual(['name']);
  expect(firstPicks(shown, rows)['visits']).toEqual({ from: 'sql' });
});

test('a value that cannot cross is not taken by itself', () => {
  const refused = { $refused: 'no number', $text: 'cheap' };
  const shown = conflict({ base, sql: base, mongodb: { ...base, price: refused } });
  expect(firstPicks(shown, fieldRows(shown))['price']).toBe(undefined);
});

test('a conflict that is over is shown as it was stored', () => {
  const { versions, columns: _, ...stored } = conflict({ base, sql: base, mongodb: base });
  const event = { operation: 'update', timestamp: null, after: { _id: 7, name: 'A' } };
  const over: Conflict = {
    ...stored,
    state: 'resolved',
    base: { _id: 7, name: 'O' },
    sqlEvent: event,
    mongoEvent: { ...event, after: null },
  };
  expect(versions).toBeDefined();
  expect(versionsOf(over).mongodb).toBe(null);
  expect(fieldRows(over).map(({ field, change }) => [field, change])).toEqual([['name', 'both']]);
});

const column = (type: string, nullable = true) => ({ field: 'x', type, nullable });

test.each([
  ['text', '5', '5'],
  ['numeric', '12.50', '12.50'],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['smallint', '-3', -3],
  ['double precision', '1e3', 1000],
  ['boolean', 'false', false],
  ['jsonb', '{"a":1}', { a: 1 }],
  ['text[]', '["a"]', ['a']],
  ['timestamp with time zone', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
])('%s: %s is taken as it must be sent', (type, text, value) => {
  expect(readTyped({ text, isNull: false }, column(type))).toEqual({ ok: true, value });
});

test.each([
  ['integer', ''],
  ['boolean', 'yes'],
  ['jsonb', '{a:1}'],
  ['integer[]', '1'],
])('%s: %j may not read', (type, text) => {
  const read = readTyped({ text, isNull: false }, column(type));
  // An array that is none is the server's to refuse; what is no JSON is told here.
  expect(read.ok).toBe(type === 'integer[]');
});

test('null is for columns that may be null', () => {
  expect(readTyped({ text: 'x', isNull: true }, column('text'))).toEqual({ ok: true, value: null });
  expect(readTyped({ text: 'x', isNull: true }, column('text', false)).ok).toBe(false);
});
