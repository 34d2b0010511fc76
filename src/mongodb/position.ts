/**
 * Resume tokens as positions. A token's `_data` is a hexadecimal key string that sorts as the log does; its `_typeBits` tell a double 6.5 from
 * a decimal one and are needed to resume (without them the server fails with 50810). Must not know cursors.
 */
import { Binary, type Document } from 'mongodb';
import type { Position } from '../model/change.js';
import { bsonKind, elements, readInt32, stringAt } from './bson-walk.js';

/** A token begins with its cluster time: a byte for its type, four for the seconds, four for the place in that second. */
const timeEnd = 18;

/** Sorts before every character of the hexadecimal part; no token is another one's beginning. */
const separator = '-';

/** The position of the token document that starts at `at`. */
export function positionAt(bytes: Buffer, at: number): Position {
  // The usual token, `{_data: string}`, without a generator.
  if (bytes[at + 4] === bsonKind.string) {
    const length = readInt32(bytes, at + 11);
    if (at + readInt32(bytes, at) === at + 15 + length + 1) return bytes.toString('latin1', at + 15, at + 14 + length);
  }
  let data = '';
  let bits = '';
  for (const { kind, name, start, end } of elements(bytes, at)) {
    if (name === '_data' && kind === bsonKind.string) data = stringAt(bytes, start);
    if (name === '_typeBits' && kind === bsonKind.binary) bits = separator + bytes.toString('hex', start + 5, end);
  }
  return data + bits;
}

/** The position of a token that is decoded already. */
export function positionOfToken({
  _data,
  _typeBits,
}: {
  readonly _data: string;
  readonly _typeBits?: Binary;
}): Position {
  return _typeBits === undefined ? _data : _data + separator + Buffer.from(_typeBits.value()).toString('hex');
}

export function tokenOf(position: Position): Document {
  const cut = position.indexOf(separator);
  if (cut < 0) return { _data: position };
  return { _data: position.slice(0, cut), _typeBits: new Binary(Buffer.from(position.slice(cut + 1), 'hex')) };
}

/** The cluster time that a position begins with, as one number; 0 where it cannot be told. */
export function positionOrder(position: Position): bigint {
  return /^82[0-9a-f]{16}/i.test(position) ? BigInt(`0x${position.slice(2, 18)}`) : 0n;
}

/** How a position between events ends, as the server that gave `sample` writes it; null: it is no such position, or of an unknown form. */
export function betweenEvents(sample: Position): string | null {
  const end = sample.slice(timeEnd);
  return /^82/.test(sample) && /^2B0[0-9A-F]29296E(14)?04$/i.test(end) ? end : null;
}

/** The place right after everything that was committed at the time of `position`, as the events of one transaction are. */
export function afterItsTime(position: Position, between: string): Position {
  const next = positionOrder(position) + 1n;
  return `82${next.toString(16).toUpperCase().padStart(16, '0')}${between}`;
}

/** Seconds since 1970 at which the server gave out this position; 0 where it cannot be told. */
export function positionSeconds(position: Position): number {
  const seconds = Number.parseInt(position.slice(2, 10), 16);
  return Number.isNaN(seconds) ? 0 : seconds;
}
