/** Decimal128 to plain decimal text and back: the library's own way takes ten times as long. Must not know columns. */
import { Decimal128 } from 'mongodb';
import { plainDecimal, trimDecimal } from '../model/canonical-number.js';
import { readInt32 } from './bson-walk.js';

const maxCoefficient = 10n ** 34n - 1n;
const bias = 6176;
/** The digits that a number holds exactly, whatever they are. */
const safeDigits = 15;
const minus = 45;

/** IEEE 754-2008 decimal128 with a binary significand → plain decimal text, `NaN`, `Infinity` or `-Infinity`. */
export function readDecimal(bytes: Buffer, start: number): string {
  const top = bytes[start + 15] as number;
  const sign = top >= 0x80 ? '-' : '';
  if ((top & 0x7c) === 0x7c) return 'NaN';
  if ((top & 0x78) === 0x78) return `${sign}Infinity`;
  // The form with two more exponent bits has a significand beyond the range: zero, by the standard.
  if ((top & 0x60) === 0x60) return '0';
  const high = readInt32(bytes, start + 12) >>> 0;
  const exponent = ((high >>> 17) & 0x3fff) - bias;
  const digits = coefficient(bytes, start, high & 0x1_ffff);
  if (digits === '0') return '0';
  return placed(sign, digits, exponent);
}

function coefficient(bytes: Buffer, start: number, highBits: number): string {
  const low = readInt32(bytes, start + 4) >>> 0;
  if (highBits === 0 && low < 0x20_0000 && readInt32(bytes, start + 8) === 0)
    return String(low * 0x1_0000_0000 + (readInt32(bytes, start) >>> 0));
  const upper = (BigInt(highBits) << 32n) | BigInt(readInt32(bytes, start + 8) >>> 0);
  const value = (upper << 64n) | bytes.readBigUInt64LE(start);
  return value > maxCoefficient ? '0' : value.toString();
}

/** Digits and exponent as plain text; the usual case is a few digits behind the point. */
function placed(sign: string, digits: string, exponent: number): string {
  if (exponent === 0) return sign + digits;
  const split = digits.length + exponent;
  if (exponent < 0 && split > 0) return trimDecimal(`${sign}${digits.slice(0, split)}.${digits.slice(split)}`);
  return plainDecimal(`${sign}${digits}E${exponent}`) as string;
}

/** A plain decimal that fits, or `NaN`, `Infinity`, `-Infinity`. */
export function writeDecimal(plain: string): Decimal128 {
  const negative = plain.charCodeAt(0) === minus;
  const from = negative ? 1 : 0;
  if (plain.length - from > safeDigits) return longDecimal(plain);
  const at = plain.indexOf('.');
  const digits = at < 0 ? plain.slice(from) : plain.slice(from, at) + plain.slice(at + 1);
  const value = Number(digits);
  // NaN and the infinities.
  if (!Number.isSafeInteger(value)) return Decimal128.fromString(plain);
  // From the pool: a Buffer of its own costs more than all the rest.
  const bytes = Buffer.allocUnsafe(16);
  writeUint32(bytes, 0, value >>> 0);
  writeUint32(bytes, 4, Math.floor(value / 0x1_0000_0000));
  writeUint32(bytes, 8, 0);
  const exponent = at < 0 ? 0 : at + 1 - plain.length;
  writeUint32(bytes, 12, ((exponent + bias) << 17) | (negative ? 0x8000_0000 : 0));
  return new Decimal128(bytes);
}

function writeUint32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The library takes no more digits than 34 in a row, even if they are zeros. */
function longDecimal(plain: string): Decimal128 {
  if (plain.length <= 34 || plain.includes('.')) return Decimal128.fromString(plain);
  const digits = plain.replace(/0+$/, '');
  return Decimal128.fromString(`${digits}E${plain.length - digits.length}`);
}
