/**
 * Where a message stands, as a position of the engine: first the place in the source's log, which is the same however often
 * the message was published, then where the topic has it. Must not know a broker.
 */
import { IsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';

export interface Place {
  /** The position of the event in the source's log; empty: before all. */
  readonly source: Position;
  /** Among what the source said at that position. */
  readonly index: number;
  /** Of the message in its partition, decimal; -1: before the first one. */
  readonly offset: string;
}

/** Sources' positions are of one length or no prefixes of each other, and have nothing below `!`. */
const separator = ' ';
const indexDigits = 8;
const offsetDigits = 19;

/** Sorts by source, then index, then offset. */
export function placePosition({ source, index, offset }: Place): Position {
  const at = offset === '-1' ? '' : offset.padStart(offsetDigits, '0');
  return `${source}${separator}${String(index).padStart(indexDigits, '0')}@${at}`;
}

export function readPlace(position: Position): Place {
  const match = /^(.*) (\d{8})@(\d*)$/.exec(position);
  if (match === null)
    throw new IsthmusError('metadata_invalid', { message: 'A stored position is not one of a Kafka topic.' });
  const [, source, index, offset] = match as unknown as [string, string, string, string];
  return { source, index: Number(index), offset: offset === '' ? '-1' : String(BigInt(offset)) };
}

export const beforeAll: Place = { source: '', index: 0, offset: '-1' };

/** Whether a message at `a` was told of by one at `b`: the same one, published again. */
export function isBehind(a: Pick<Place, 'source' | 'index'>, b: Pick<Place, 'source' | 'index'>): boolean {
  return a.source < b.source || (a.source === b.source && a.index <= b.index);
}
