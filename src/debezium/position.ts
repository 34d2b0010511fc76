/**
 * Positions in a Debezium topic: where reading goes on, and what of the source's log was taken up to there, which is what tells a
 * repetition. Both follow from the topic alone, so that each reader has the same positions. Must not know a broker.
 */
import { IsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';

/** A transaction of which a part was taken. */
export interface OpenTransaction {
  readonly transaction: string;
  /** The place of the event that was taken last, and how many at that place were taken. */
  readonly at: string;
  readonly nth: number;
  /** The connector's own count of it, and what it said of the transaction's place. */
  readonly total: number;
  readonly bound: string | null;
  /** Events taken in all. */
  readonly taken: number;
}

export interface DebeziumPlace {
  /** Of the message that is read next. */
  readonly next: bigint;
  /** Where the last whole transaction committed; empty: none was read. */
  readonly commit: string;
  readonly open: OpenTransaction | null;
}

const offsetDigits = 19;

/** Sorts by the topic's offsets. */
export function formatPlace({ next, commit, open }: DebeziumPlace): Position {
  const at = String(next).padStart(offsetDigits, '0');
  if (open === null) return `${at}|${commit}|`;
  const { transaction, bound, nth, total, taken } = open;
  return `${at}|${commit}|${[transaction, open.at, bound ?? '', nth, total, taken].map(String).map(encodeURIComponent).join('|')}`;
}

export function parsePlace(position: Position): DebeziumPlace {
  const [at = '', commit = '', ...open] = position.split('|');
  const whole = open.length === 1 && open[0] === '';
  if (!/^\d{19}$/.test(at) || (!whole && open.length !== 6))
    throw new IsthmusError('metadata_invalid', { message: 'A stored position is not one of a Debezium topic.' });
  const next = BigInt(at);
  if (whole) return { next, commit, open: null };
  const [transaction, place, bound, nth, total, taken] = open.map(decodeURIComponent) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    next,
    commit,
    open: {
      transaction,
      at: place,
      bound: bound === '' ? null : bound,
      nth: Number(nth),
      total: Number(total),
      taken: Number(taken),
    },
  };
}
