import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import type { SyncEngine } from '../../sync/engine.js';
import { SharedEngine } from './shared-engine.js';

interface World {
  readonly opened: number[];
  readonly assign: (shares: readonly number[]) => void;
  readonly shared: SharedEngine;
}

/** A worker of two shares; `assigned` when it joins, and when it leaves. */
function worker(assigned: readonly [readonly number[], readonly number[]], kept: () => Promise<void>): World {
  const opened: number[] = [];
  let assign: (shares: readonly number[]) => void = () => {};
  const engine = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    failure: new Promise(() => {}),
  };
  const none = () => Promise.resolve([]);
  const shared = new SharedEngine({
    captures: [],
    shares: 2,
    shareOf: () => 0,
    open: (share) => {
      opened.push(share);
      return {
        engine: engine as unknown as SyncEngine,
        course: null,
        interrupt: () => {},
        close: () => Promise.resolve(),
      };
    },
    membership: (onAssigned) => {
      assign = onAssigned;
      return {
        start: () => Promise.resolve(onAssigned(assigned[0])),
        stop: () => Promise.resolve(onAssigned(assigned[1])),
        lag: () => new Map(),
      };
    },
    course: 'both',
    mark: () => Promise.resolve(),
    ends: () => Promise.resolve(new Map()),
    owner: 'me',
    shape: '',
    mailbox: { ask: () => Promise.resolve(null), waiting: none, answer: () => Promise.resolve() },
    board: {
      claimLayout: (layout) => Promise.resolve({ ...layout, former: [], next: null }),
      divide: () => Promise.resolve(),
      post: () => Promise.resolve(),
      reports: none,
      postReads: () => Promise.resolve(),
      readsOfOthers: () => Promise.resolve({ compared: 0, different: 0 }),
      paused: () => Promise.resolve(false),
      setPaused: () => Promise.resolve(),
    },
    kept,
    unreadable: { count: () => Promise.resolve(0) },
    conflicts: { pending: none, deadLetters: none },
    clock: systemClock,
    log: silentLogger,
  });
  return { opened, assign: (shares) => assign(shares), shared };
}

test('a partition that is given to a worker while it stops is not begun: its databases are about to close', async () => {
  // The group is formed anew at the moment in which it is left.
  const { opened, assign, shared } = worker([[0], [0, 1]], () => Promise.resolve());
  await shared.start();
  await shared.stop();
  assign([1]);
  await Promise.resolve();
  expect(opened).toEqual([0]);
});

test('a worker that slept while the records were divided anew ends, also where it is given none of the partitions that it knows', async () => {
  let divided = false;
  const kept = (): Promise<void> =>
    divided ? Promise.reject(new IsthmusError('transport_changed')) : Promise.resolve();
  const { opened, shared } = worker([[2, 3], []], kept);
  await shared.start();
  divided = true;
  expect(await shared.failure).toMatchObject({ code: 'transport_changed' });
  expect(opened).toEqual([]);
  await shared.stop();
});
