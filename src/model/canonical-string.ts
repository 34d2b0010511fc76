/** What a document's string means in a column of another type, in canonical form. Must not know BSON. */
import { intervalFromString } from './canonical-interval.js';
import {
  decimalOfNumber,
  fitsDecimal128,
  fitsInteger,
  fitsNumeric,
  float4Text,
  floatText,
  isIntegerText,
  trimDecimal,
} from './canonical-number.js';
import {
  cutInstant,
  dateFromString,
  instantFromString,
  timeFromString,
  zonedTimeFromString,
} from './canonical-time.js';
import type { ColumnType } from './entity.js';

const uuidText = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const decimalText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const objectIdText = /^[0-9a-f]{24}$/;

/** Undefined: it means nothing there, or the column would change or refuse it. */
export function fromString(type: ColumnType, text: string): string | undefined {
  if (text.includes('\u0000')) return undefined;
  switch (type.kind) {
    case 'bool':
      return text === 'true' || text === 'false' ? text : undefined;
    case 'int2':
    case 'int4':
    case 'int8':
      return isIntegerText(text) && fitsInteger(type.kind, text) ? text : undefined;
    case 'float4':
    case 'float8':
      return floatFromString(type.kind, text);
    case 'numeric':
      return numericFromString(type, text);
    case 'text':
    case 'citext':
    case 'varchar':
    case 'char':
      return textFromString(type, text);
    case 'timestamptz':
    case 'timestamp':
      return instant(type, text);
    case 'date':
      return dateFromString(text);
    case 'time':
      return timeFromString(text, type.precision);
    case 'timetz':
      return zonedTimeFromString(text, type.precision);
    case 'interval':
      return intervalFromString(text, type.precision);
    case 'uuid':
      return uuidText.test(text.toLowerCase()) ? text.toLowerCase() : undefined;
    case 'bytea':
      return type.document === 'string' && /^(?:[0-9a-f]{2})*$/.test(text) ? text : undefined;
    case 'enum':
      return type.labels === undefined || type.labels.includes(text) ? text : undefined;
    case 'opaque':
      return text;
    case 'json':
    case 'jsonb':
    case 'array':
      return undefined;
  }
}

function floatFromString(kind: 'float4' | 'float8', text: string): string | undefined {
  const x = Number(text);
  return floatText(x) === text && fitsFloat(kind, x) ? floatCanonical(kind, x) : undefined;
}

export function floatCanonical(kind: 'float4' | 'float8', x: number): string {
  return kind === 'float4' ? float4Text(x) : floatText(x);
}

/** Whether a double stands in the column as it is: a float4 by its exact value or by its shortest text. */
export function fitsFloat(kind: 'float4' | 'float8', x: number): boolean {
  return kind === 'float8' || Number.isNaN(x) || Math.fround(x) === x || float4Text(x) === floatText(x);
}

function numericFromString(type: ColumnType, text: string): string | undefined {
  const special = text === 'NaN' || text === 'Infinity' || text === '-Infinity';
  if (!special && !decimalText.test(text)) return undefined;
  const plain = trimDecimal(text);
  return fitsDocument(type, plain) && fitsNumeric(type, plain) ? plain : undefined;
}

/** Whether the document type of a numeric column holds a plain decimal. */
export function fitsDocument(type: ColumnType, plain: string): boolean {
  if (type.document === 'string') return true;
  if (type.document === 'double') return plain.length <= 400 && plain === decimalOfNumber(Number(plain));
  return fitsDecimal128(plain);
}

function instant(type: ColumnType, text: string): string | undefined {
  const value = instantFromString(text, type.kind === 'timestamptz');
  return value === undefined ? undefined : cutInstant(value, type.precision);
}

/** `char(n)` ignores trailing spaces; lengths count characters, not UTF-16 units. */
export function textFromString(type: ColumnType, text: string): string | undefined {
  const value = type.kind === 'char' ? withoutPadding(text) : text;
  if (type.document === 'objectId' && !objectIdText.test(value)) return undefined;
  if (type.length === undefined || value.length <= type.length) return value;
  if (value.length > type.length * 2) return undefined;
  return [...value].length <= type.length ? value : undefined;
}

/** What `char(n)` does not count: spaces at the end. */
export function withoutPadding(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 32) end--;
  return text.slice(0, end);
}
