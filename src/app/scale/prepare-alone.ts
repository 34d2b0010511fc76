/** Processes of one sync that start at the same time prepare the databases one after the other. Must not know what is prepared. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { LeaseStore } from '../../ports/lease-store.js';

/** Longer than any preparation takes; a process that died in one keeps the others waiting for as long. */
const leaseMs = 30_000;
const pauseMs = 100;

export async function prepareAlone(leases: LeaseStore, clock: Clock, work: () => Promise<void>): Promise<void> {
  const owner = randomUUID();
  for (;;) {
    const lease = await leases.claim('prepare', owner, leaseMs);
    if (lease === null) {
      await clock.sleep(pauseMs);
      continue;
    }
    try {
      return await work();
    } finally {
      // It runs out by itself.
      await leases.release(lease).catch(() => {});
    }
  }
}
