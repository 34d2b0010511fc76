import { expect, test } from 'vitest';
import { listLines } from './commands/conflicts.js';
import { type ShownConflict, showConflict } from './show-conflict.js';

const event = { operation: 'update', before: null, timestamp: '2026-01-02T03:04:06.000Z' };
const base = { _id: 1, bio: 'Likes walks.', price: { $numberDecimal: '1.50' }, city: 'Rome' };
const conflict: ShownConflict = {
  conflictId: '2b621f8e-2d66-4e5d-ad78-b58ea597f092',
  table: 'public.users',
  key: 1,
  kind: 'write_write',
  state: 'pending',
  strategy: 'manual',
  resolution: 'pending',
  reason: 'The table’s policy leaves this to a person.',
  seen: 'R5Or21slQ65dqvcjScgkBh',
  created_at: '2026-01-02T03:04:07.000Z',
  resolvedAt: null,
  resolvedBy: null,
  base,
  resolvedData: null,
  fields: {},
  sqlEvent: { ...event, after: { ...base, bio: 'Likes long walks.' } },
  mongoEvent: { ...event, after: { ...base, bio: 'Likes walks. And cats.', price: { $numberDecimal: '2' } } },
};

test('what differs is a table, values as people write them, and the rest is named', () => {
  expect(showConflict(conflict, 80)).toEqual([
    'write_write of public.users 1, pending',
    '  found     2026-01-02T03:04:07.000Z',
    '  sql       update at 2026-01-02T03:04:06.000Z',
    '  mongodb   update at 2026-01-02T03:04:06.000Z',
    '  waits     The table’s policy leaves this to a person.',
    '',
    '  field  ancestor      sql                mongodb',
    '  bio    Likes walks.  Likes long walks.  Likes walks. And cats.',
    '  price  1.50          1.50               2',
    '',
    '  unchanged city',
    '',
    'Decide with one of --use and --value:',
    '  isthmus conflicts resolve 2b621f8e-2d66-4e5d-ad78-b58ea597f092 --seen R5Or21slQ65dqvcjScgkBh …',
    '  --use sql, --use mongodb, --use base, --value FILE (JSON, the whole record)',
  ]);
});

test('values that a line cannot hold have lines of their own, from where they differ', () => {
  const same = 'a word '.repeat(200);
  const long = {
    ...conflict,
    base: { bio: same },
    sqlEvent: { ...event, after: { bio: `${same}and sql` } },
    mongoEvent: { ...event, after: { bio: `${same}and mongodb` } },
  };
  const lines = showConflict(long, 80);
  expect(lines.filter((line) => line.length > 80).map((line) => line.trim().split(' ', 3))).toEqual([
    ['isthmus', 'conflicts', 'resolve'],
  ]);
  expect(lines.join('\n')).toMatch(/sql +…[a word]+\n? *and sql\n/);
  expect(lines.join('\n')).toMatch(/mongodb +…[a word]+\n? *and mongodb\n/);
});

test('a version that would delete the record says so, and so does a side without a change of its own', () => {
  const deleted = {
    ...conflict,
    sqlEvent: { operation: 'delete', before: base, after: null, timestamp: null },
    mongoEvent: { operation: 'update', before: base, after: base, timestamp: null },
  };
  const text = showConflict(deleted, 120).join('\n');
  expect(text).toContain('--use sql (no record: deletes it), --use mongodb, --use base,');
  expect(text).toContain('  sql       delete\n  mongodb   unchanged\n');
});

test('a list that the terminal cannot hold has two lines for each', () => {
  const page = { conflicts: [{ ...conflict, created_at: '2026-01-02T03:04:07.000Z' }], cursor: 'next' };
  expect(listLines(page, 80)).toEqual([
    '2b621f8e-2d66-4e5d-ad78-b58ea597f092  2026-01-02 03:04:07 UTC  pending',
    '  write_write of public.users 1, manual',
    '',
    'more: --cursor next',
  ]);
  expect(listLines(page, 160)).toHaveLength(4);
  expect(listLines(page, 160)[0]).toMatch(/^conflictId +found +outcome +kind +table +key +strategy$/);
});
