import { expect, test } from 'vitest';
import { sideNames } from '../../view/sides.js';
import { repairPlan } from './repair-plan.js';

const found = { different: 10, missing: { sql: 3, mongodb: 1 } };

test('a repair says beforehand what it writes where', () => {
  expect(repairPlan(found, 'sql', sideNames())).toEqual([
    '6 records are overwritten in MongoDB with what PostgreSQL holds',
    '1 record is inserted into MongoDB',
    '3 records are deleted from MongoDB, since PostgreSQL has none',
  ]);
  expect(repairPlan(found, 'mongodb', sideNames())).toEqual([
    '6 records are overwritten in PostgreSQL with what MongoDB holds',
    '3 records are inserted into PostgreSQL',
    '1 record is deleted from PostgreSQL, since MongoDB has none',
  ]);
  expect(repairPlan(found, 'policy', sideNames())).toHaveLength(3);
  expect(repairPlan({ different: 0, missing: { sql: 0, mongodb: 0 } }, 'sql', sideNames())).toEqual([
    'Nothing is left to do.',
  ]);
});
