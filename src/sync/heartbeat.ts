/**
 * Writes a mark into each log now and then, so that a quiet link knows that it has read everything, an idle database's log
 * does not pile up, and a position that moved without writes of ours is stored.
 */
import { type Side, sides } from '../model/side.js';
import type { Link } from './link.js';
import type { ReadTimes } from './read-times.js';
import type { Session } from './session.js';

/** Every so many heartbeats a position that moved by marks only is stored as well, before the log forgets it. */
const savesAfter = 6;
/** So many heartbeats without a mark that was read are no chance. */
const staleBeats = 2;

export class Heartbeat {
  private readonly sent = new Map<string, { readonly side: Side; readonly at: number; readonly read: () => void }>();
  /** Sides of whose marks one was read in this life. */
  private readonly heard = new Set<Side>();

  constructor(
    private readonly session: Session,
    private readonly links: () => Readonly<Record<Side, Link>>,
    private readonly readTimes: ReadTimes,
  ) {
    session.signal.addEventListener('abort', () => {
      for (const { read } of this.sent.values()) read();
    });
  }

  /** Each side by itself: one that does not answer must not keep the other's marks back. */
  async run(): Promise<void> {
    await Promise.all(sides.map((side) => this.beatOn(side)));
  }

  private async beatOn(side: Side): Promise<void> {
    const { clock, options } = this.session.parts;
    for (let beats = 0; !this.session.signal.aborted; beats++) {
      await this.beat(side);
      if (beats > 0) await this.links()[side].saving.save(beats % savesAfter === 0);
      await clock.sleep(options.heartbeatMs, this.session.signal);
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
    if (entry === undefined) return;
    this.sent.delete(mark);
    this.heard.add(entry.side);
    this.readTimes.reached(entry.side, entry.at);
    entry.read();
  }

  /** For how long it is not known whether the log is read to its end, in ms; 0: it is, or was when the last mark was written. */
  unreadMs(side: Side): number {
    const { clock, options } = this.session.parts;
    const now = clock.now();
    const ageMs = this.readTimes.ageMs(side, now);
    // Nothing was read in this life, or no mark could be written for long.
    if (!this.heard.has(side) || ageMs > staleBeats * options.heartbeatMs) return ageMs;
    let oldest = now;
    for (const entry of this.sent.values()) if (entry.side === side && entry.at < oldest) oldest = entry.at;
    return now - oldest;
  }
}
