/** What is kept in memory of the conflicts that wait for a person. */
import { expect, test } from 'vitest';
import type { ConflictRecord } from '../model/conflict.js';
import { recordId } from '../model/record.js';
import { conflict, waiting } from '../testing/contract/record-contract.js';
import { Trouble } from './trouble.js';

test('a conflict that waits takes no room for its whole row and document', () => {
  const trouble = new Trouble({ pending: [], deadLetters: [] });
  const one: ConflictRecord = conflict('one', 1, { ...waiting, reason: 'left to a person' });
  trouble.setConflict(recordId(one), one);
  expect(trouble.conflictOf(recordId(one))).toEqual({ ...one, sql: { ...one.sql, raw: null } });
});
