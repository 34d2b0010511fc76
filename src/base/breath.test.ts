/** Long work that takes a breath between its pieces. */
import { expect, test } from 'vitest';
import { Breath } from './breath.js';
import { systemClock } from './clock.js';

function workMs(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('others come in between long pieces, and short ones go on at once', async () => {
  const breath = new Breath(systemClock);
  let others = 0;
  setImmediate(() => others++);
  for (let i = 0; i < 5; i++) await breath.take();
  expect(others).toBe(0);
  workMs(30);
  await breath.take();
  expect(others).toBe(1);
});
