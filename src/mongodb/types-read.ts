/** Reads single BSON values without rounding and without repairing. Must not know which column they are for. */
import { decimalOfNumber } from '../model/canonical-number.js';
import { bsonKind, readInt32, readInt64 } from './bson-walk.js';
import { readDecimal } from './types-decimal.js';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text in bytes[start, end); undefined if it is not valid UTF-8 (a lone surrogate is not) or holds NUL. */
export function readUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  if (text.includes('\u0000')) return undefined;
  // Only where the decoder may have repaired something is it worth asking the strict one.
  if (!text.includes('\ufffd')) return text;
  try {
    return strictUtf8.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** The value part of a string element. */
export function readString(bytes: Buffer, start: number, end: number): string | undefined {
  return readUtf8(bytes, start + 4, end - 1);
}

/** An int64 as decimal text. */
export function readInt64Text(bytes: Buffer, start: number): string {
  const high = readInt32(bytes, start + 4);
  if (high > -0x20_0000 && high < 0x20_0000) return String(readInt64(bytes, start));
  return bytes.readBigInt64LE(start).toString();
}

/** The exact milliseconds of a date; NaN beyond what a number holds, which no Date holds either. */
export function readDateMs(bytes: Buffer, start: number): number {
  const ms = readInt64(bytes, start);
  return Number.isSafeInteger(ms) ? ms : Number.NaN;
}

/** Any number as plain decimal text or `NaN`, `Infinity`, `-Infinity`; undefined for what is no number. */
export function readNumber(kind: number, bytes: Buffer, start: number): string | undefined {
  if (kind === bsonKind.int32) return String(readInt32(bytes, start));
  if (kind === bsonKind.int64) return readInt64Text(bytes, start);
  if (kind === bsonKind.double) return decimalOfNumber(bytes.readDoubleLE(start));
  if (kind === bsonKind.decimal) return readDecimal(bytes, start);
  return undefined;
}
