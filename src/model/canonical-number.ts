/** Numbers in canonical form: plain decimal text without exponent or trailing zeros. Must not know how a number is stored. */
import type { ColumnType } from './entity.js';

/** Beyond this no exponent is spelled out: neither Decimal128 nor a double reaches so far. */
const maxExponent = 6500;
const decimalDigits = 34;
const maxSafe = Number.MAX_SAFE_INTEGER;

/** A plain decimal (no exponent) without trailing zeros after the point; -0 is 0. */
export function trimDecimal(text: string): string {
  if (!text.includes('.')) return text === '-0' ? '0' : text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  const trimmed = text.slice(0, end);
  return trimmed === '-0' ? '0' : trimmed;
}

const numberText = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Any number as JSON, JavaScript or Decimal128 write it → plain decimal; undefined if it is none or its exponent is out of bounds. */
export function plainDecimal(text: string): string | undefined {
  const match = numberText.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const exponent = Number(exponentText) - fraction.length;
  if (Math.abs(exponent) > maxExponent) return undefined;
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return trimDecimal(`${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`);
}

/**
 * A double as plain decimal, or `NaN`, `Infinity`, `-Infinity`: the shortest text that is this number, but the exact
 * integer where an int64 could stand for it (2^60 is 1152921504606846976, its shortest text ends in 7000).
 */
export function decimalOfNumber(x: number): string {
  if (x === 0) return '0';
  if ((x > maxSafe || x < -maxSafe) && Math.abs(x) <= 2 ** 63) return BigInt(x).toString();
  const text = String(x);
  return text.includes('e') ? (plainDecimal(text) as string) : text;
}

/** Whether a plain decimal fits Decimal128 without rounding. `NaN` and the infinities do. */
export function fitsDecimal128(plain: string): boolean {
  if (plain.length <= decimalDigits) return true;
  const point = plain.indexOf('.');
  const fraction = point < 0 ? 0 : plain.length - point - 1;
  const digits = plain.replace('-', '').replace('.', '').replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '').length;
  return significant <= decimalDigits && digits.length - 1 - fraction <= 6144 && fraction <= 6176;
}

/** Whether `numeric(precision, scale)` holds a plain decimal without rounding. */
export function fitsNumeric(type: ColumnType, plain: string): boolean {
  if (type.precision === undefined) return true;
  if (plain === 'NaN') return true;
  if (plain.endsWith('y')) return false;
  const scale = type.scale ?? 0;
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.');
  if (plain === '0') return true;
  if (fraction.length > Math.max(scale, 0)) return false;
  const leading = whole === '0' ? -(/^0*/.exec(fraction)?.[0].length ?? 0) : whole.length;
  if (leading > type.precision - scale) return false;
  return scale >= 0 || whole.endsWith('0'.repeat(-scale));
}

const bounds = { int2: 32767n, int4: 2147483647n, int8: 9223372036854775807n } as const;

/** Whether canonical integer text lies in the type's range. */
export function fitsInteger(kind: 'int2' | 'int4' | 'int8', text: string): boolean {
  if (text.length <= 4) return true;
  if (text.length > 20) return false;
  const value = BigInt(text);
  return value <= bounds[kind] && value >= -bounds[kind] - 1n;
}

const integerText = /^(?:0|-?[1-9]\d*)$/;

/** Whether it is an integer as the canonical form writes it: no sign but minus, no leading zero. */
export function isIntegerText(text: string): boolean {
  return integerText.test(text);
}

/** float8: the shortest text that is this number. */
export function floatText(x: number): string {
  return x === 0 ? '0' : String(x);
}

/** float4: the shortest text that reads as the same float4 (0.1, not 0.10000000149011612). */
export function float4Text(x: number): string {
  const float = Math.fround(x);
  if (float === 0) return '0';
  for (let digits = 6; digits <= 9; digits++) {
    const text = floatText(Number(float.toPrecision(digits)));
    if (Math.fround(Number(text)) === float) return shorter(float, text);
  }
  return floatText(float);
}

/** Denormal floats need fewer than six digits. */
function shorter(float: number, found: string): string {
  if (Math.abs(float) > 1.2e-38) return found;
  for (let digits = 1; digits < 6; digits++) {
    const text = floatText(Number(float.toPrecision(digits)));
    if (Math.fround(Number(text)) === float) return text;
  }
  return found;
}
