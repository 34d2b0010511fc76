import { expect, test } from 'vitest';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();
const course = (direction: 'both' | 'sql_to_mongodb') => ({ direction, owed: [] });

test('a turn comes into force only as long as it is the one that is announced', async () => {
  const { migration } = await openTestSide(mongo.freshDatabase());
  await migration.load({ course: course('both'), state: {} });
  expect(await migration.common()).toEqual({ number: 0, direction: 'both', coming: null });
  expect(await migration.announce('sql_to_mongodb')).toEqual({ number: 1, from: 'both' });
  expect(await migration.announce('none')).toEqual({ number: 2, from: 'both' });
  expect(await migration.common()).toEqual({ number: 0, direction: 'both', coming: { number: 2, direction: 'none' } });
  const turn = (number: number) => ({ epoch: 0, course: course('sql_to_mongodb'), number });
  expect(await migration.save(0, { at: 1 }, turn(1))).toBe(false);
  expect(await migration.save(0, { at: 2 }, turn(2))).toBe(true);
  expect(await migration.common()).toEqual({ number: 2, direction: 'sql_to_mongodb', coming: null });
  expect(await migration.save(1, { at: 3 }, turn(2))).toBe(false);
  expect(await migration.announce('both')).toEqual({ number: 3, from: 'sql_to_mongodb' });
});

test('what a share has followed belongs to the last epoch that claimed it, and goes with a teardown', async () => {
  const side = await openTestSide(mongo.freshDatabase());
  const own = side.shareCourse(`${side.name}#3`);
  expect(await own.claim(1)).toBeNull();
  const owing = { number: 4, course: { direction: 'sql_to_mongodb', owed: ['mongodb'] } } as const;
  expect(await own.save(1, owing)).toBe(true);
  expect(await own.claim(2)).toEqual(owing);
  expect(await own.save(1, { number: 5, course: course('both') })).toBe(false);
  await own.paid(1, 'mongodb');
  expect(await own.claim(2)).toEqual(owing);
  await own.paid(2, 'mongodb');
  expect(await own.claim(2)).toEqual({ number: 4, course: course('sql_to_mongodb') });
  await side.teardown({ dryRun: false, onStatement: () => {} });
  expect(await own.claim(1)).toBeNull();
});
