import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { LeaseStore } from '../../ports/lease-store.js';
import { openTestSide } from '../../testing/mongodb/test-side.js';
import { testMongo } from '../../testing/servers/fixtures/test-mongo.js';
import { waitFor } from '../../testing/wait-for.js';
import { Coordinator } from './coordinator.js';

const mongo = testMongo();
const leaseMs = 1_500;

/** What it is told, and whether its server answers. */
function candidate(leases: LeaseStore, owner: string) {
  const told: ('begin' | 'end')[] = [];
  const state = { cut: false };
  const unless = <T>(work: () => Promise<T>): Promise<T> => (state.cut ? Promise.reject(new Error('cut')) : work());
  const coordinator = new Coordinator({
    leases: {
      claim: (...of) => unless(() => leases.claim(...of)),
      renew: (...of) => unless(() => leases.renew(...of)),
      release: (...of) => unless(() => leases.release(...of)),
    },
    owner,
    clock: systemClock,
    log: silentLogger,
    begin: () => void told.push('begin'),
    end: async () => void told.push('end'),
    leaseMs,
  });
  coordinator.start();
  return { coordinator, told, state, leads: () => told.at(-1) === 'begin' };
}

test('one of several leads; another takes over when it stops, and when it is cut off, which then ends what it did', async () => {
  const { leases } = await openTestSide(mongo.freshDatabase());
  const all = ['a', 'b', 'c'].map((owner) => candidate(leases, owner));
  const leader = async () => {
    await waitFor(() => all.filter((one) => one.leads()).length === 1, { what: 'one that leads', limitMs: 20_000 });
    return all.find((one) => one.leads()) as (typeof all)[number];
  };
  const first = await leader();
  await first.coordinator.stop();
  expect(first.told).toEqual(['begin', 'end']);
  const second = await leader();
  expect(second).not.toBe(first);
  second.state.cut = true;
  await waitFor(() => !second.leads(), { what: 'the one that is cut off to end', limitMs: 20_000 });
  const third = await leader();
  expect([first, second]).not.toContain(third);
  // Who comes back waits for its turn.
  second.state.cut = false;
  await third.coordinator.stop();
  expect(await leader()).toBe(second);
  await second.coordinator.stop();
});
