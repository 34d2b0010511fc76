import { expect, test } from 'vitest';
import type { DecidingConflict, Explanation, Origin } from '../../app/record/explain.js';
import { makeStyle } from '../terminal.js';
import { explainLines } from './explain.js';

const conflict: DecidingConflict = {
  conflictId: 'c1',
  kind: 'write_write',
  strategy: 'merge',
  rule: null,
  taken: 'sql',
  onlyChangedBy: null,
  decidedBy: 'Ada',
  decidedAt: '2026-01-02T03:04:05.000Z',
  writtenAt: null,
};

const nothing: Explanation = {
  table: 'public.users',
  collection: 'users',
  key: 1,
  present: { sql: false, mongodb: false },
  equal: true,
  pending: null,
  deadLetter: null,
  deletedBy: null,
  fields: [],
  conflicts: 1,
  more: false,
};

function lines(more: Partial<Explanation>): string {
  return explainLines({ ...nothing, ...more }, makeStyle(false)).join('\n');
}

function origin(more: Partial<DecidingConflict>): string {
  const from: Origin = { from: 'conflict', conflict: { ...conflict, ...more } };
  return lines({ fields: [{ field: 'name', sql: 'a', mongodb: 'a', equal: true, origin: from }] });
}

test('whose value a field has, and whose change was given up for it', () => {
  expect(origin({ onlyChangedBy: 'sql' })).toContain('[1] only sql had changed it');
  expect(origin({ onlyChangedBy: 'mongodb' })).toContain('[1] sql’s value, mongodb’s change was given up');
  expect(origin({ rule: 'lww' })).toContain('[1] lww: sql’s value');
  expect(origin({ rule: 'set', taken: 'merged' })).toContain('[1] set: made of both');
});

test('whose delete was kept, if it was one', () => {
  expect(lines({ deletedBy: conflict })).toContain('The record is gone: [1] kept the delete of sql.');
  expect(lines({ deletedBy: { ...conflict, taken: 'merged' } })).toContain('[1] left none, though neither side');
});

test('a value that cannot cross is shown, not its wrapping', () => {
  const mongodb = { $refused: 'it is no number', $text: '{"$numberDouble":"1.5"}' };
  const fields = [{ field: 'n', sql: 1, mongodb, equal: false, origin: { from: 'pending' as const } }];
  expect(lines({ fields })).toMatch(/n +1 +1\.5 \(cannot cross\) +waits for a person/);
});
