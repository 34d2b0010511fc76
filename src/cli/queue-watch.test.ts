import { expect, test } from 'vitest';
import { QueueWatch } from './queue-watch.js';

test('tells of what waits at the start and of more, once a minute at most, and of no less', () => {
  const queue = new QueueWatch();
  const told = (pending: number, seconds: number): boolean => queue.grew(pending, seconds * 1000);
  expect([told(0, 0), told(2, 1), told(2, 2)]).toEqual([false, true, false]);
  expect([told(5, 3), told(9, 60), told(9, 61), told(9, 62)]).toEqual([false, false, true, false]);
  expect([told(1, 200), told(1, 201), told(2, 300)]).toEqual([false, false, true]);
});
