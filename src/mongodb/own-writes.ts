/**
 * What this process's transactions wrote, kept until the log's reader has met their progress document. The server then need not
 * send us our own writes, with their images, once more: see decision 26. Must not know cursors.
 */
import type { Binary, Timestamp } from 'mongodb';
import { IsthmusError } from '../base/errors.js';
import type { RecordWrite } from '../ports/side-store.js';

/** What writers tell of what they write. */
export interface OwnWriteNotes {
  begin(life: Life): void;
  sent(lane: number, number: number, writes: readonly RecordWrite[]): void;
}

/** Where another process reads the log: it is sent all that was written. */
export const readElsewhere: OwnWriteNotes = { begin() {}, sent() {} };

export class OwnWrites implements OwnWriteNotes {
  private life: Life = { sessions: [], since: null };
  private readonly lanes = new Map<number, Map<number, readonly RecordWrite[]>>();

  /** A life took over. What earlier ones wrote is read from the log like everything else. */
  begin(life: Life): void {
    this.life = life;
    this.lanes.clear();
  }

  /** To be told before the COMMIT is sent, since the log may have it before its answer is here. A later attempt replaces an earlier one. */
  sent(lane: number, number: number, writes: readonly RecordWrite[]): void {
    const known = this.lanes.get(lane);
    if (known) known.set(number, writes);
    else this.lanes.set(lane, new Map([[number, writes]]));
  }

  /** For a reader that is opened now: it may leave out what this life writes, and is told it here. */
  reading(): OwnReading {
    const { sessions, since } = this.life;
    const ids = new Set(sessions.map((one) => one.toString('hex')));
    const began = since?.toBigInt() ?? null;
    return {
      without: since === null ? null : { sessions, since },
      isOwn: (session, time) => began !== null && time > began && ids.has(session),
      take: (lane, number) => this.take(lane, number),
      forget: (lane, number) => this.forget(lane, number),
    };
  }

  /** The last one of a lane stays: the log may be read twice from the beginning of a life. */
  private take(lane: number, number: number): readonly RecordWrite[] {
    const known = this.lanes.get(lane);
    const writes = known?.get(number);
    if (writes === undefined)
      throw new IsthmusError('transient', {
        message: `MongoDB’s log has a write of ours, ${number} of lane ${lane}, that this process no longer knows.`,
      });
    this.forget(lane, number);
    return writes;
  }

  /** Numbers of a lane grow. */
  private forget(lane: number, number: number): void {
    const known = this.lanes.get(lane);
    for (const earlier of known?.keys() ?? []) {
      if (earlier >= number) break;
      known?.delete(earlier);
    }
  }
}

/** The driver gives a session's id to a later one too, so the cluster time is needed as well: all of this life's commits are later. */
export interface Life {
  readonly sessions: readonly Binary[];
  /** Null: unknown. */
  readonly since: Timestamp | null;
}

export interface OwnReading {
  /** Null: nothing can be left out. */
  readonly without: { readonly sessions: readonly Binary[]; readonly since: Timestamp } | null;
  /** By the session's id in hexadecimal, and the cluster time of its commit. */
  readonly isOwn: (session: string, time: bigint) => boolean;
  /** What the transaction with this number wrote. Throws `transient` if that is not known: another life reads it from the log. */
  readonly take: (lane: number, number: number) => readonly RecordWrite[];
  /** The transaction with this number was read whole: earlier ones of its lane are asked for no more. */
  readonly forget: (lane: number, number: number) => void;
}
