/** Remembers what users did, and asks later what became of transactions whose answer was lost. Must not know a driver. */
import type { Side } from '../../src/model/side.js';
import type { History, UserTransaction } from '../history.js';
import type { Attempt, Inquire } from './user.js';

interface Open {
  readonly id: string;
  readonly side: Side;
  readonly attempt: Attempt;
  readonly beganAt: number;
  tries: number;
}

/** One that cannot be learnt stays unknown: most plain writes that somebody has overwritten. */
const mostTries = 40;
/** More are not asked about: a bound on what is remembered, far beyond what a run loses. */
const mostOpen = 20_000;

export class Recorder {
  readonly counts = { acknowledged: 0, unknown: 0, failed: 0 };
  private readonly done: UserTransaction[] = [];
  private open: Open[] = [];

  constructor(
    private readonly now: () => number,
    private readonly inquire: Readonly<Record<Side, Inquire>>,
  ) {}

  note(side: Side, id: string, { attempt, beganAt }: { readonly attempt: Attempt; readonly beganAt: number }): void {
    if (attempt.outcome === 'failed') this.counts.failed += 1;
    else if (attempt.writes.length === 0) return;
    else if (attempt.outcome === 'acknowledged') this.finish({ id, side, attempt, beganAt, tries: 0 }, 'acknowledged');
    else {
      this.counts.unknown += 1;
      this.open.push({ id, side, attempt, beganAt, tries: this.open.length < mostOpen ? 0 : mostTries });
    }
  }

  /**
   * Asks once about each; the answers' moment counts as the end, since it may have happened until then. A side whose server is away is
   * not asked again in this round.
   */
  async ask(): Promise<void> {
    const away = new Set<Side>();
    for (const one of this.open.filter(({ tries }) => tries < mostTries)) {
      if (away.has(one.side)) continue;
      const answer = await this.inquire[one.side]({ id: one.id, ...one.attempt });
      if (answer === 'away') away.add(one.side);
      else if (answer === 'unclear') one.tries += 1;
      else this.learn(one, answer);
    }
  }

  private learn(one: Open, answer: 'acknowledged' | 'failed'): void {
    this.counts.unknown -= 1;
    this.open = this.open.filter((other) => other !== one);
    if (answer === 'failed') this.counts.failed += 1;
    else this.finish(one, 'acknowledged');
  }

  history(): History {
    for (const one of this.open) this.finish(one, 'unknown');
    this.open = [];
    return [...this.done].sort((a, b) => a.endedAt - b.endedAt);
  }

  private finish({ id, side, attempt: { writes }, beganAt }: Open, outcome: UserTransaction['outcome']): void {
    if (outcome === 'acknowledged') this.counts.acknowledged += 1;
    this.done.push({ id, side, writes, outcome, beganAt, endedAt: this.now() });
  }
}
