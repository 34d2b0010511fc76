/**
 * Takes each event of the source's log once. Debezium begins again somewhere before its last word when it was stopped, in the middle of a
 * transaction too, and what it then tells again is in the order of the log: so an event is dropped unless it stands beyond the last
 * whole transaction, and in that which is open, beyond the last event. Pure. Must not know what events say.
 */
import { IsthmusError } from '../base/errors.js';
import type { Dialect, SourcePlace, TransactionNumber } from './dialect.js';
import type { OpenTransaction } from './position.js';

/** `opens`: it is the first of a transaction; `reopens`: of another one, although the one before had no END. */
export type Verdict = 'drop' | 'take' | 'opens' | 'reopens';

/** How far one telling of a transaction has come: a new one begins wherever the connector's count does not go on. */
interface Telling {
  readonly transaction: string;
  readonly total: number;
  readonly at: string;
  readonly nth: number;
}

export class Once {
  private telling: Telling | null;
  /** Whose place only its END will tell. */
  private unplaced: string | null = null;
  /** The last transaction that the connector began to tell of, where the log numbers them. */
  private number: TransactionNumber | null;

  constructor(
    private readonly dialect: Dialect,
    /** Where the last whole transaction committed; empty: none. */
    private last: string,
    private opened: OpenTransaction | null,
  ) {
    // A position inside of a transaction stands right behind an event that was taken.
    this.telling = opened;
    this.number = dialect.numberAt?.(opened?.at ?? last) ?? null;
  }

  get commit(): string {
    return this.last;
  }

  get open(): OpenTransaction | null {
    return this.opened;
  }

  /** Throws `topic_lost` where transactions before it were not told of. */
  begin(id: string): void {
    this.telling = null;
    const now = this.dialect.numberOf?.(id) ?? null;
    if (now === null) return;
    const before = this.number;
    if (before !== null && now.stream !== before.stream) throw twoStreams(before, now);
    if (before !== null && now.number > before.number + 1n) throw gap(before, now);
    if (before === null || now.number > before.number) this.number = now;
  }

  event(place: SourcePlace, total: number): Verdict {
    const nth = this.count(place, total);
    const { transaction, at, bound } = place;
    const { opened } = this;
    if (opened?.transaction === transaction) {
      if (at < opened.at || (at === opened.at && nth <= opened.nth)) return 'drop';
      this.opened = { transaction, at, nth, total, bound, taken: opened.taken + 1 };
      return 'take';
    }
    const first = this.last === '' && opened === null;
    // Whatever the connector may tell again of before the first that is read: it is not to be taken for later.
    if (first) this.last = bound ?? '';
    const beyond = first || this.dialect.isBeyond(place, this.last);
    if (beyond === null) this.unplaced = transaction;
    if (beyond !== true) return 'drop';
    if (opened !== null) this.last = this.dialect.endedBefore(opened, place) ?? this.last;
    this.opened = { transaction, at, nth, total, bound, taken: 1 };
    return opened === null ? 'opens' : 'reopens';
  }

  /** Whether what stands there is told again, as far as whole transactions show. */
  hasPassed(place: SourcePlace): boolean {
    return this.last !== '' && this.dialect.isBeyond(place, this.last) === false;
  }

  /**
   * `whole`: the open transaction ends here, `missing` of its events were not there; `ended`: another one ends, which had no events, so
   * that the open one had ended before; `passed`: it says nothing new. Throws `topic_lost` where the connector began anew beyond what it had told.
   */
  end(id: string, told: number): { readonly kind: 'whole' | 'ended' | 'passed'; readonly missing: number } {
    const { dialect, opened } = this;
    this.telling = null;
    const transaction = dialect.transactionOf(id);
    const commit = dialect.commitOf(id, opened?.transaction === transaction ? opened : null);
    if (opened?.transaction === transaction) {
      this.last = commit ?? this.last;
      this.opened = null;
      return { kind: 'whole', missing: Math.max(told - opened.taken, 0) };
    }
    if (commit === null || commit <= this.last) return { kind: 'passed', missing: 0 };
    if (this.unplaced === transaction && this.last !== '')
      throw new IsthmusError('topic_lost', {
        message:
          'Debezium began anew after what it had told before: it lost its place, or its slot was made anew, and what was written in between may be missing.',
      });
    this.last = commit;
    this.opened = null;
    return { kind: opened === null ? 'passed' : 'ended', missing: told };
  }

  /** Which of the events at its place this one is. */
  private count({ transaction, at }: SourcePlace, total: number): number {
    const before = this.telling;
    const goesOn = before !== null && before.transaction === transaction && total === before.total + 1;
    const nth = goesOn && before.at === at ? before.nth + 1 : 1;
    this.telling = { transaction, total, at, nth };
    return nth;
  }
}

function gap(before: TransactionNumber, now: TransactionNumber): IsthmusError {
  return new IsthmusError('topic_lost', {
    message: `Debezium told of transaction ${now.number} after ${before.number}: it lost its place, or began anew, and what was written in between may be missing.`,
  });
}

function twoStreams(before: TransactionNumber, now: TransactionNumber): IsthmusError {
  return new IsthmusError('debezium_unfit', {
    message: `The log has transactions of two GTID domains, ${before.stream} and ${now.stream}, which have no order among each other.`,
    remedy: 'Write all that is synced under one gtid_domain_id.',
  });
}
