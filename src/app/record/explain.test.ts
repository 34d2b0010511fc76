/** Where values come from, told from states alone. */
import { expect, test } from 'vitest';
import type { ConflictRecord } from '../../model/conflict.js';
import type { State } from '../../model/record.js';
import { ref, user, users } from '../../testing/mongodb/entities.js';
import { type ExplainedField, type Explanation, explain } from './explain.js';

function conflict(
  id: string,
  states: Partial<Record<'base' | 'sql' | 'mongodb' | 'decision', State>>,
  rest: Partial<ConflictRecord> = {},
): ConflictRecord {
  const { base = user('b', '1'), sql = base, mongodb = base, decision = sql } = states;
  return {
    type: 'conflict',
    id,
    ...ref('7'),
    kind: 'write_write',
    base,
    sql: { state: sql, raw: null, time: 1000, version: null },
    mongodb: { state: mongodb, raw: null, time: 2000, version: null },
    resolution: 'merged',
    decision,
    strategy: 'merge',
    fields: {},
    reason: null,
    state: 'resolved',
    createdAt: 5000,
    resolvedAt: 6000,
    resolvedBy: 'policy',
    ...rest,
  };
}

function explained(
  now: State | Readonly<Record<'sql' | 'mongodb', State>>,
  ...conflicts: readonly ConflictRecord[]
): Explanation {
  const both =
    now === null || Array.isArray(now)
      ? { sql: now as State, mongodb: now as State }
      : (now as Record<'sql' | 'mongodb', State>);
  return explain({ entity: users, key: '7', now: both, conflicts, more: false, deadLetter: null });
}

function field(of: Explanation, name: string): ExplainedField {
  const found = of.fields.find((one) => one.field === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
}

const merge = conflict(
  'c1',
  { sql: user('s', '2'), mongodb: user('m', '1', '{}'), decision: user('m', '2', '{}') },
  { fields: { name: 'prefer_mongodb' } },
);

test('a field that both sides changed has its rule, one that a side alone changed has that side', () => {
  const of = explained(user('m', '2', '{}'), merge);
  expect([of.equal, of.key, of.pending, of.conflicts]).toEqual([true, '7', null, 1]);
  expect(field(of, 'name')).toEqual({
    field: 'name',
    sql: 'm',
    mongodb: 'm',
    equal: true,
    origin: {
      from: 'conflict',
      conflict: {
        conflictId: 'c1',
        kind: 'write_write',
        strategy: 'merge',
        rule: 'prefer_mongodb',
        taken: 'mongodb',
        onlyChangedBy: null,
        decidedBy: 'policy',
        decidedAt: '1970-01-01T00:00:06.000Z',
        writtenAt: '1970-01-01T00:00:02.000Z',
      },
    },
  });
  expect(field(of, 'age').origin).toMatchObject({
    from: 'conflict',
    conflict: { rule: null, taken: 'sql', onlyChangedBy: 'sql' },
  });
  expect(field(of, 'data')).toMatchObject({
    sql: {},
    origin: { conflict: { taken: 'mongodb', onlyChangedBy: 'mongodb' } },
  });
});

test('what neither side had changed was decided by an earlier conflict, or by none', () => {
  const later = conflict('c2', {
    base: user('m', '2', '{}'),
    sql: user('m', '3', '{}'),
    mongodb: user('m', '4', '{}'),
  });
  const of = explained(user('m', '3', '{}'), later, merge);
  expect(field(of, 'age').origin).toMatchObject({ from: 'conflict', conflict: { conflictId: 'c2' } });
  expect(field(of, 'name').origin).toMatchObject({ from: 'conflict', conflict: { conflictId: 'c1' } });
  expect(field(explained(user('b', '3'), later), 'name').origin).toEqual({ from: 'no_conflict' });
});

test('a value that is no longer the decided one was changed since: on one side while it crosses, then on one of both', () => {
  const crossing = explained({ sql: user('m', '9', '{}'), mongodb: user('m', '2', '{}') }, merge);
  expect(crossing.equal).toBe(false);
  expect(field(crossing, 'age')).toMatchObject({
    sql: 9,
    mongodb: 2,
    equal: false,
    origin: { from: 'later_change', side: 'sql' },
  });
  const other = explained({ sql: user('m', '2', '{}'), mongodb: user('m', '9', '{}') }, merge);
  expect(field(other, 'age').origin).toMatchObject({ from: 'later_change', side: 'mongodb' });
  const crossed = explained(user('m', '9', '{}'), merge);
  expect(field(crossed, 'age').origin).toMatchObject({
    from: 'later_change',
    side: null,
    conflict: { conflictId: 'c1' },
  });
});

test('a pending conflict is named and decides nothing', () => {
  const waiting = conflict(
    'c2',
    { base: user('m', '2', '{}'), sql: user('x', '2', '{}'), mongodb: user('y', '2', '{}') },
    {
      resolution: 'pending',
      state: 'pending',
      reason: 'asks for a person',
      resolvedAt: null,
      resolvedBy: null,
    },
  );
  const of = explained({ sql: user('x', '2', '{}'), mongodb: user('y', '2', '{}') }, waiting, merge);
  expect(of.pending).toMatchObject({
    conflictId: 'c2',
    reason: 'asks for a person',
    since: '1970-01-01T00:00:05.000Z',
  });
  expect(field(of, 'age').origin).toMatchObject({ from: 'conflict', conflict: { conflictId: 'c1' } });
  expect(field(of, 'name').origin).toEqual({ from: 'pending' });
  // Closed by itself: nobody's decision either.
  const closed = { ...waiting, state: 'resolved' as const, resolvedBy: 'agreement' };
  expect(explained(user('m', '2', '{}'), closed)).toMatchObject({
    pending: null,
    fields: [{ origin: { from: 'no_conflict' } }, {}, {}],
  });
});

test('a delete that won is told for the record, one that lost for every field', () => {
  const won = conflict(
    'c1',
    { sql: null, mongodb: user('m', '1'), decision: null },
    { kind: 'delete_update', strategy: 'delete_wins' },
  );
  expect(explained(null, won)).toMatchObject({
    present: { sql: false, mongodb: false },
    equal: true,
    fields: [],
    deletedBy: { conflictId: 'c1', strategy: 'delete_wins', taken: 'sql' },
  });
  const lost = { ...won, strategy: 'update_wins', decision: user('m', '1') };
  const of = explained(user('m', '1'), lost);
  expect(of.deletedBy).toBeNull();
  for (const name of ['name', 'age', 'data'])
    expect(field(of, name).origin).toMatchObject({
      from: 'conflict',
      conflict: { taken: 'mongodb', onlyChangedBy: null },
    });
  // Made anew since.
  expect(field(explained(user('new'), won), 'name').origin).toMatchObject({ from: 'later_change', side: null });
});

test('a change that cannot be written is named', () => {
  const letter = { id: 'd1', link: 'sql_to_mongodb' as const, code: 'too_large', reason: 'more than 16 MB' };
  const now = { sql: user('s'), mongodb: user('m') };
  const deadLetter = { ...letter, ...ref('7'), base: null, tip: user('s'), attempts: 3, firstAt: 1, lastAt: 2 };
  expect(explain({ entity: users, key: '7', now, conflicts: [], more: false, deadLetter }).deadLetter).toEqual(letter);
});

test('a record on one side only, and one on neither without a conflict', () => {
  const of = explained({ sql: user('s'), mongodb: null });
  expect(of).toMatchObject({ present: { sql: true, mongodb: false }, equal: false });
  expect(field(of, 'name')).toEqual({ field: 'name', sql: 's', equal: false, origin: { from: 'no_conflict' } });
  expect(explained(null)).toMatchObject({ equal: true, fields: [], deletedBy: null, conflicts: 0 });
});

test('a record that a person left out, though neither side had deleted it', () => {
  const none = conflict('c1', { base: null, sql: user('s', '1'), mongodb: user('m', '1'), decision: null });
  expect(explained(null, none)).toMatchObject({ deletedBy: { conflictId: 'c1', taken: 'merged', writtenAt: null } });
});

test('a field that is named like what every object has is decided by no rule that is not its own', () => {
  const entity = { ...users, fields: users.fields.map((one, i) => (i === 0 ? { ...one, field: 'constructor' } : one)) };
  const now = { sql: user('m', '2', '{}'), mongodb: user('m', '2', '{}') };
  const conflicts = [{ ...merge, fields: {} }];
  const of = explain({ entity, key: '7', now, conflicts, more: false, deadLetter: null });
  expect(field(of, 'constructor').origin).toMatchObject({ from: 'conflict', conflict: { rule: null } });
});
