import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { SyncEngine } from '../../sync/engine.js';
import { SharedEngine } from './shared-engine.js';

test('a partition that is given to a worker while it stops is not begun: its databases are about to close', async () => {
  const opened: number[] = [];
  let assign: (shares: readonly number[]) => void = () => {};
  const engine = { start: () => Promise.resolve(), stop: () => Promise.resolve(), failure: new Promise(() => {}) };
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
        start: () => Promise.resolve(onAssigned([0])),
        // The group is formed anew at the moment in which it is left.
        stop: () => Promise.resolve(onAssigned([0, 1])),
        lag: () => new Map(),
      };
    },
    course: 'both',
    mark: () => Promise.resolve(),
    owner: 'me',
    shape: '',
    mailbox: { ask: () => Promise.resolve(null), waiting: none, answer: () => Promise.resolve() },
    board: {
      claimLayout: (layout) => Promise.resolve(layout),
      post: () => Promise.resolve(),
      reports: none,
      postReads: () => Promise.resolve(),
      readsOfOthers: () => Promise.resolve({ compared: 0, different: 0 }),
      paused: () => Promise.resolve(false),
      setPaused: () => Promise.resolve(),
    },
    unreadable: { count: () => Promise.resolve(0) },
    conflicts: { pending: none, deadLetters: none },
    clock: systemClock,
    log: silentLogger,
  });
  await shared.start();
  await shared.stop();
  assign([1]);
  await Promise.resolve();
  expect(opened).toEqual([0]);
});
