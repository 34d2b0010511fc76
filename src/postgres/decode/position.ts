/**
 * Positions in PostgreSQL's log as strings that sort: `<16 hex digits of the commit record's LSN>:~` after a whole
 * transaction, `…:<10 digits>` after that many of its changes. Must not know a connection.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Position } from '../../model/change.js';

export interface ReadPosition {
  readonly lsn: bigint;
  /** How many changes of the transaction that commits at `lsn` are behind this position; null: all. */
  readonly count: number | null;
}

export function wholePosition(lsnHex: string): Position {
  return `${lsnHex}:~`;
}

export function partPosition(lsnHex: string, count: number): Position {
  return `${lsnHex}:${String(count).padStart(10, '0')}`;
}

export function lsnHex(lsn: bigint): string {
  return lsn.toString(16).padStart(16, '0');
}

export function readPosition(position: Position): ReadPosition {
  const match = /^([0-9a-f]{16}):(~|[0-9]{10})$/.exec(position);
  if (match === null)
    throw new IsthmusError('metadata_invalid', { message: 'A stored position is not one of PostgreSQL.' });
  return { lsn: BigInt(`0x${match[1] as string}`), count: match[2] === '~' ? null : Number(match[2]) };
}

/**
 * Where the server has to start for everything after `position` to be sent: it sends the transactions whose commit
 * record begins at this LSN or later, so a transaction that is half done is asked for again.
 */
export function startLsn(position: Position): bigint {
  const { lsn, count } = readPosition(position);
  return count === null ? lsn + 1n : lsn;
}

/** `16/B374D848` as PostgreSQL writes it. */
export function parseLsn(text: string): bigint {
  const [high, low] = text.split('/') as [string, string];
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}
