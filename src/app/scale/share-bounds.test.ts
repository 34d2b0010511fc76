import { expect, test } from 'vitest';
import { defaultEngineOptions } from '../../sync/options.js';
import { boundsOfShare } from './share-bounds.js';

test('all shares together keep to what one engine is told', () => {
  const whole = { ...defaultEngineOptions, awaitingMost: 30_000, heldMost: 24_000, throttle: 6_000 };
  for (const shares of [1, 4, 12]) {
    const each = boundsOfShare(whole, shares);
    expect(each.awaitingMost * shares).toBe(30_000);
    expect(each.heldMost * shares).toBe(24_000);
    expect((each.throttle ?? 0) * shares).toBe(6_000);
  }
  expect(boundsOfShare(whole, 12)).toMatchObject({ batch: whole.batch, lanes: 1 });
  expect(boundsOfShare({ ...whole, lanes: 8 }, 4).lanes).toBe(2);
  expect(boundsOfShare(whole, 1).lanes).toBe(whole.lanes);
});

test('a share always gets on', () => {
  const each = boundsOfShare({ ...defaultEngineOptions, throttle: 5 }, 100);
  expect(each).toMatchObject({ awaitingMost: 1_000, heldMost: 1_000, throttle: 1 });
  expect(boundsOfShare(defaultEngineOptions, 100).throttle).toBeNull();
});
