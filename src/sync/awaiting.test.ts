import { expect, test } from 'vitest';
import { recordId } from '../model/record.js';
import { Awaiting } from './awaiting.js';

const wrote = (...keys: string[]) => keys.map((key) => ({ id: recordId({ entity: 'a', key }), state: null }));

test('what is not read back counts once for each write of a record', () => {
  const awaiting = new Awaiting();
  awaiting.add(0, 1, wrote('1', '2'));
  awaiting.add(0, 2, wrote('1'));
  awaiting.add(1, 3, wrote('1'));
  expect([awaiting.size, awaiting.written]).toEqual([2, 4]);
  awaiting.settle(0, 1);
  expect([awaiting.size, awaiting.written]).toEqual([1, 2]);
  awaiting.settle(0, 2);
  awaiting.settle(1, 3);
  // Told of after it was read.
  awaiting.add(1, 3, wrote('2'));
  expect([awaiting.size, awaiting.written]).toEqual([0, 0]);
});
