import { expect, test } from 'vitest';
import { openTestSide } from '../testing/mongodb/test-side.js';
import { testMongo } from '../testing/servers/fixtures/test-mongo.js';

const mongo = testMongo();

test('each process learns of all shares, and what is wanted of them', async () => {
  const { board } = await openTestSide(mongo.freshDatabase());
  expect([await board.reports(), await board.paused()]).toEqual([[], false]);
  await board.post(
    'one',
    new Map([
      [0, { state: '$running' }],
      [1, { state: 'loading' }],
    ]),
  );
  await board.post('two', new Map([[1, { state: 'paused' }]]));
  const reports = await board.reports();
  expect(reports).toMatchObject([
    { share: 0, owner: 'one', status: { state: '$running' } },
    { share: 1, owner: 'two', status: { state: 'paused' } },
  ]);
  for (const { ageMs } of reports) expect(ageMs).toBeGreaterThanOrEqual(0);
  await board.setPaused(true);
  expect(await board.paused()).toBe(true);
  await board.setPaused(false);
  expect(await board.paused()).toBe(false);
});

test('reads that were compared are summed over the other processes', async () => {
  const { board } = await openTestSide(mongo.freshDatabase());
  expect(await board.readsOfOthers('one')).toEqual({ compared: 0, different: 0 });
  await board.postReads('one', { compared: 3, different: 1 });
  await board.postReads('two', { compared: 5, different: 0 });
  await board.postReads('two', { compared: 8, different: 2 });
  await board.postReads('three', { compared: 100, different: 0 });
  expect(await board.readsOfOthers('one')).toEqual({ compared: 108, different: 2 });
  expect(await board.reports()).toEqual([]);
});
