/** Numbers as Debezium writes them → PostgreSQL's text. Pure. Must not know messages. */
import { plainDecimal } from '../model/canonical-number.js';
import type { ColumnType } from '../model/entity.js';
import type { DebeziumModes } from './modes.js';
import { isObject, type Json } from './read-json.js';
import type { Inexact, ValueReader } from './value-reader.js';

/** Every decimal of so many digits is the shortest text of its double. */
const doubleDigits = 15;

export const integer = (type: 'int8' | 'int16' | 'int32' | 'int64'): ValueReader => ({
  written: { type, name: null },
  text: (value) => {
    const text = String(value);
    return /^-?\d{1,20}$/.test(text) ? text : undefined;
  },
});

export const floating = (type: 'float' | 'double'): ValueReader => ({
  written: { type, name: null },
  text: (value) => (typeof value === 'number' || typeof value === 'string' ? floatText(String(value)) : undefined),
});

function floatText(text: string): string | undefined {
  return text === 'NaN' || !Number.isNaN(Number(text)) ? text : undefined;
}

export function numeric(type: ColumnType, modes: DebeziumModes): ValueReader | Inexact {
  switch (modes.decimals) {
    case 'string':
      return { written: { type: 'string', name: null }, text: decimalText };
    case 'double':
      return double(type);
    case 'precise':
      return type.precision === undefined ? variableScale : fixedScale(type.scale ?? 0);
  }
}

/** `toString` of Debezium's special values, which no other program prints so. */
export const specialDecimals: Readonly<Record<string, string>> = {
  NAN: 'NaN',
  POSITIVE_INFINITY: 'Infinity',
  NEGATIVE_INFINITY: '-Infinity',
};

function decimalText(value: Json): string | undefined {
  return typeof value === 'string' ? (specialDecimals[value] ?? plainDecimal(value)) : undefined;
}

function double(type: ColumnType): ValueReader | Inexact {
  if (type.precision === undefined || type.precision > doubleDigits)
    return {
      inexact: 'a double cannot hold all of its digits',
      remedy: 'Set decimal.handling.mode=string.',
    };
  const named = new Set(['NaN', 'Infinity', '-Infinity']);
  return {
    written: { type: 'double', name: null },
    text: (value) =>
      typeof value === 'string' && named.has(value) ? value : plainDecimal(String(Number(value ?? Number.NaN))),
  };
}

/** PostgreSQL's scale has a sign in 11 bits, of which Debezium knows nothing. */
const scaleBits = 0x7ff;

function fixedScale(scale: number): ValueReader {
  return {
    written: { type: 'bytes', name: 'org.apache.kafka.connect.data.Decimal' },
    text: (value) => (typeof value === 'string' ? scaled(value, scale & scaleBits) : undefined),
  };
}

const variableScale: ValueReader = {
  written: { type: 'struct', name: 'io.debezium.data.VariableScaleDecimal' },
  text: (value) => {
    if (!isObject(value)) return undefined;
    const { scale, value: unscaled } = value;
    return typeof scale === 'number' && typeof unscaled === 'string' ? scaled(unscaled, scale) : undefined;
  },
};

/** Of two's complement bytes, big-endian. */
function scaled(base64: string, scale: number): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== base64) return undefined;
  const unsigned = BigInt(`0x${bytes.toString('hex')}`);
  const negative = (bytes[0] as number) > 127;
  const unscaled = negative ? unsigned - (1n << BigInt(8 * bytes.length)) : unsigned;
  return plainDecimal(`${unscaled}E${-scale}`);
}
