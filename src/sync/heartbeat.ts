/**
 * Writes a mark into each log now and then, so that a quiet link knows that it has read everything, an idle database's log
 * does not pile up, and a position that moved without writes of ours is stored.
 */
import { type Side, sides } from '../model/side.js';
import type { Link } from './link.js';
import type { Session } from './session.js';

/** Every so many heartbeats a position that moved by marks only is stored as well, before the log forgets it. */
const savesAfter = 6;

export class Heartbeat {
  private readonly sent = new Map<string, { readonly side: Side; readonly at: number; readonly read: () => void }>();
  private beats = 0;

  constructor(
    private readonly session: Session,
    private readonly links: () => Readonly<Record<Side, Link>>,
  ) {
    session.signal.addEventListener('abort', () => {
      for (const { read } of this.sent.values()) read();
    });
  }

  async run(): Promise<void> {
    const { clock, options } = this.session.parts;
    while (!this.session.signal.aborted) {
      await clock.sleep(options.heartbeatMs, this.session.signal);
      if (this.session.signal.aborted) return;
      this.beats++;
      for (const side of sides) {
        await this.beat(side);
        await this.links()[side].save(this.beats % savesAfter === 0);
      }
    }
  }

  private async beat(side: Side, read: () => void = () => {}): Promise<void> {
    const mark = `${this.session.id}:beat:${this.session.parts.newId()}`;
    this.sent.set(mark, { side, at: this.session.parts.clock.now(), read });
    await this.session.parts.sides[side].store.mark(mark);
  }

  /** Resolves when the link has read everything that was committed on `side` before the call, or when this life ends. */
  async passed(side: Side): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (this.session.signal.aborted) resolve();
      else this.beat(side, resolve).catch(reject);
    });
  }

  markRead(mark: string): void {
    const entry = this.sent.get(mark);
    this.sent.delete(mark);
    entry?.read();
  }

  /** Age of the oldest mark that was written and not read yet, in ms; 0: none. */
  unreadMs(side: Side): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const entry of this.sent.values()) if (entry.side === side && entry.at < oldest) oldest = entry.at;
    return oldest === Number.POSITIVE_INFINITY ? 0 : this.session.parts.clock.now() - oldest;
  }
}
