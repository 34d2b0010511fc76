/**
 * A capture of one side: reads its log and publishes it, for as long as this process has the side's lease. What is published
 * again after a crash, or by a process that does not know yet that it lost the lease, is told apart by its
 * readers. Must not know which database is read, nor where it is published.
 */
import type { Clock } from '../base/clock.js';
import { asIsthmusError, type IsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Position } from '../model/change.js';
import type { Side } from '../model/side.js';
import type { ChangePublisher } from '../ports/change-publisher.js';
import type { ChangeReader, ChangeSource, SourceEvent } from '../ports/change-source.js';
import type { Lease, LeaseStore } from '../ports/lease-store.js';
import { Gathered } from './gathered.js';

export interface ClosablePublisher extends ChangePublisher {
  close(): Promise<void>;
}

export interface RelayParts {
  readonly source: ChangeSource;
  /** Of the lease. */
  readonly role: string;
  /** Throws if this process may not have the role any more. Asked once it has it. */
  readonly mayHave: () => Promise<void>;
  /** Ends whoever reads the log without the lease. */
  readonly endReader: () => Promise<void>;
  readonly openPublisher: () => Promise<ClosablePublisher>;
  readonly leases: LeaseStore;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 10 s. */
  readonly leaseMs?: number;
}

export interface RelayStatus {
  readonly side: Side;
  /** `standby`: another process captures this side. */
  readonly state: 'starting' | 'standby' | 'capturing' | 'failed' | 'stopped';
  /** Up to here all is published. */
  readonly position: Position | null;
  /** Changes that were published in this process. */
  readonly published: number;
  /** When something was last published or read to its end, ms since 1970; null: not yet. */
  readonly lastAt: number | null;
  readonly lastError: IsthmusError | null;
}

const pause = { firstMs: 200, mostMs: 10_000 };

export class Relay {
  private readonly stopper = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private current: RelayStatus;
  private fail: (error: IsthmusError) => void = () => {};
  /** Resolves, never rejects, with what the capture must not go on after. */
  readonly failure: Promise<IsthmusError>;
  private readonly leaseMs: number;

  constructor(private readonly parts: RelayParts) {
    const { side } = parts.source;
    this.leaseMs = parts.leaseMs ?? 10_000;
    this.current = { side, state: 'starting', position: null, published: 0, lastAt: null, lastError: null };
    this.failure = new Promise((resolve) => {
      this.fail = resolve;
    });
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
    if (this.current.state !== 'failed') this.note({ state: 'stopped' });
  }

  get status(): RelayStatus {
    return this.current;
  }

  private async run(): Promise<void> {
    const { clock, leases, log, owner, role, source } = this.parts;
    const { signal } = this.stopper;
    for (let wait = pause.firstMs; !signal.aborted; ) {
      try {
        const lease = await leases.claim(role, owner, this.leaseMs);
        if (lease === null) {
          this.note({ state: 'standby', lastError: null });
          await clock.sleep(this.leaseMs / 4, signal);
          continue;
        }
        wait = pause.firstMs;
        await this.capture(lease);
      } catch (error) {
        const known = asIsthmusError(error);
        this.note({ lastError: known, state: known.retry ? 'starting' : 'failed' });
        if (!known.retry) return this.fail(known);
        log.warn({ code: known.code, side: source.side, pauseMs: wait }, `${known.message} The capture begins again.`);
        await clock.sleep(wait, signal);
        wait = Math.min(wait * 2, pause.mostMs);
      }
    }
  }

  /** Until the lease is lost, something fails, or this process stops. */
  private async capture(lease: Lease): Promise<void> {
    const { endReader, leases, log, mayHave, openPublisher, source } = this.parts;
    const term = new Term(this.parts, lease, this.leaseMs);
    const publisher = await openPublisher();
    try {
      await mayHave();
      await endReader();
      const from = lease.position ?? (await source.begin());
      // Before anything is published: a successor reads from no later.
      if (lease.position === null && !(await leases.renew(lease, this.leaseMs, from))) return;
      const reader = await source.open(from);
      const end = (): void => void reader.close();
      this.stopper.signal.addEventListener('abort', end, { once: true });
      term.onLost = end;
      try {
        log.info({ side: source.side, term: lease.term }, 'capturing');
        this.note({ state: 'capturing', position: from, lastError: null });
        await this.publishAll(reader, publisher, term);
      } finally {
        this.stopper.signal.removeEventListener('abort', end);
        await reader.close();
      }
    } catch (error) {
      if (!this.stopper.signal.aborted && !term.lost) throw error;
    } finally {
      await term.end();
      await publisher.close().catch(() => {});
    }
  }

  /** What is read while the last is on its way goes together: a request costs the broker far more than a change in it. */
  private async publishAll(reader: ChangeReader, publisher: ChangePublisher, term: Term): Promise<void> {
    const gathered = new Gathered(reader);
    let underWay: Promise<void> = Promise.resolve();
    while (!this.stopper.signal.aborted && !term.lost) {
      const events = await gathered.take(underWay);
      await underWay;
      if (term.lost) return;
      underWay = publisher.publish(events).then(() => {
        const position = events.at(-1)?.position as Position;
        term.position = position;
        reader.acknowledge(position);
        this.note({
          position,
          published: this.current.published + changesIn(events),
          lastAt: this.parts.clock.now(),
        });
      });
      underWay.catch(() => {});
    }
    await underWay;
  }

  private note(change: Partial<RelayStatus>): void {
    this.current = { ...this.current, ...change };
  }
}

function changesIn(events: readonly SourceEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === 'part' ? event.changes.length : 0), 0);
}

/** Keeps the lease, and with it how far all is published. */
class Term {
  lost = false;
  onLost: () => void = () => {};
  position: Position | undefined;
  private readonly stopper = new AbortController();
  private readonly renewing: Promise<void>;

  constructor(
    private readonly parts: Pick<RelayParts, 'clock' | 'leases' | 'log'>,
    private readonly lease: Lease,
    private readonly leaseMs: number,
  ) {
    this.renewing = this.renew();
  }

  private async renew(): Promise<void> {
    const { clock, leases, log } = this.parts;
    const { signal } = this.stopper;
    while (!signal.aborted) {
      await clock.sleep(this.leaseMs / 10, signal);
      if (signal.aborted) return;
      // A store that is away: what is published meanwhile stays good, whoever else publishes.
      const kept = await leases.renew(this.lease, this.leaseMs, this.position).catch(() => true);
      if (kept) continue;
      this.lost = true;
      log.warn({ role: this.lease.role }, 'another process captures this side now');
      return this.onLost();
    }
  }

  /** The last word of how far it came; somebody else may begin at once. */
  async end(): Promise<void> {
    this.stopper.abort();
    await this.renewing;
    if (this.lost) return;
    const { leases } = this.parts;
    try {
      if (await leases.renew(this.lease, this.leaseMs, this.position)) await leases.release(this.lease);
    } catch {
      // It runs out by itself.
    }
  }
}
