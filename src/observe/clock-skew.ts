/** Measures how far the two servers' clocks are apart, again and again. Must not know which servers they are. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Side } from '../model/side.js';

interface Timed {
  /** The server's clock, milliseconds since 1970. */
  now(): Promise<number>;
}

export interface ClockSkewOptions {
  readonly sql: Timed;
  readonly mongodb: Timed;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs?: number;
}

const samples = 5;

export class ClockSkew {
  /** Each server's clock minus ours; 0 until it was measured. */
  private ahead: Record<Side, number> = { sql: 0, mongodb: 0 };
  private readonly stopper = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: ClockSkewOptions) {}

  /** How far SQL's clock is ahead of MongoDB's; 0 until it was measured. */
  readonly skewMs = (): number => Math.round(this.ahead.sql - this.ahead.mongodb);

  /** How far a server's clock is ahead of ours. */
  readonly aheadMs = (side: Side): number => this.ahead[side];

  async measure(): Promise<number> {
    const { sql, mongodb, clock } = this.options;
    // One after the other: at once they would disturb each other's round trips.
    const ahead = { sql: await offset(sql, clock), mongodb: await offset(mongodb, clock) };
    this.ahead = ahead;
    return this.skewMs();
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, log, everyMs = 30_000 } = this.options;
    while (!this.stopper.signal.aborted) {
      await clock.sleep(everyMs, this.stopper.signal);
      if (this.stopper.signal.aborted) return;
      // The last measure stands while a server is away; the engine deals with that.
      await this.measure().catch(() => log.debug({}, 'the clocks could not be compared'));
    }
  }
}

/** The server's clock minus ours, from the quickest of a few round trips. */
async function offset(server: Timed, clock: Clock): Promise<number> {
  let best = { roundTrip: Number.POSITIVE_INFINITY, offset: 0 };
  for (let i = 0; i < samples; i++) {
    const before = clock.now();
    const there = await server.now();
    const after = clock.now();
    if (after - before < best.roundTrip) best = { roundTrip: after - before, offset: there - (before + after) / 2 };
  }
  return best.offset;
}
