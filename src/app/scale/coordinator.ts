/**
 * Of the processes of one sync one does what is to be done once: it holds a lease, and another one takes over when that runs out.
 * Must not know what is to be done.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Lease, LeaseStore } from '../../ports/lease-store.js';

/** What falls to the process that coordinates. */
export interface Duty {
  readonly begin: () => void;
  readonly end: () => void;
}

export interface CoordinatorParts {
  readonly leases: LeaseStore;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly begin: () => void;
  /** Resolves when nothing is under way any more. What is done late is done twice at worst, never wrongly. */
  readonly end: () => Promise<void>;
  /** Default: 10 s. */
  readonly leaseMs?: number;
}

export class Coordinator {
  private readonly stopper = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: CoordinatorParts) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { clock, leaseMs = defaultLeaseMs, leases, log, owner } = this.parts;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      const lease = await leases.claim('coordinator', owner, leaseMs).catch(() => null);
      if (lease !== null) await this.lead(lease, leaseMs);
      await clock.sleep(leaseMs / looksInLease, signal);
    }
    log.debug({}, 'no longer a candidate for coordinator');
  }

  private async lead(lease: Lease, leaseMs: number): Promise<void> {
    const { begin, clock, end, leases, log } = this.parts;
    const { signal } = this.stopper;
    log.info({}, 'this process coordinates: it makes comparisons and keeps the record of conflicts in bounds');
    begin();
    try {
      for (let until = clock.now() + leaseMs; !signal.aborted && clock.now() < until; ) {
        await clock.sleep(leaseMs / looksInLease, signal);
        const before = clock.now();
        // A server that does not answer says nothing of the lease.
        const mine = await leases.renew(lease, leaseMs).catch(() => null);
        if (mine === false) break;
        if (mine === true) until = before + leaseMs;
      }
    } finally {
      await end();
      // It runs out by itself.
      await leases.release(lease).catch(() => undefined);
    }
  }
}

const defaultLeaseMs = 10_000;
const looksInLease = 4;
