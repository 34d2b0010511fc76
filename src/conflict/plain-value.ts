/**
 * Canonical values ↔ plain JSON data: Booleans; int2, int4 and floats as numbers (`"NaN"`, `"Infinity"`); int8 and numeric as
 * strings, which are exact; json as it is (see `plain-json.ts`); arrays as arrays; everything else as its canonical string.
 */
import { type CanonicalArray, readArray, writeArray } from '../model/canonical.js';
import { JsonProblem, parseJson, printJson } from '../model/canonical-json.js';
import { decimalOfNumber } from '../model/canonical-number.js';
import type { ColumnType } from '../model/entity.js';
import type { Value } from '../model/record.js';
import { isRefused, readRefusal } from '../model/refusal.js';
import { scalarFrom, shapeOf } from './fits-column.js';
import { nodeOfPlain, plainOfNode } from './plain-json.js';

/** Without the value. */
export interface Unreadable {
  readonly ok: false;
  readonly reason: string;
}

export type PlainValue = { readonly ok: true; readonly value: Value } | Unreadable;

/** A refused value is `{ $refused: why, $text: its image on its own side }`. */
export function plainValue(type: ColumnType, value: Value): unknown {
  if (value === null) return null;
  if (isRefused(value)) {
    const { reason, image } = readRefusal(value);
    return { $refused: reason, $text: image };
  }
  switch (type.kind) {
    case 'bool':
      return value === 'true';
    case 'int2':
    case 'int4':
      return Number(value);
    case 'float4':
    case 'float8':
      return Number.isFinite(Number(value)) ? Number(value) : value;
    case 'json':
    case 'jsonb':
      return plainOfNode(parseJson(value));
    case 'array':
      return plainArray(readArray(value), type.element as ColumnType);
    default:
      return value;
  }
}

function plainArray(array: CanonicalArray, element: ColumnType): unknown[] {
  return array.map((each) => (Array.isArray(each) ? plainArray(each, element) : plainValue(element, each as Value)));
}

/** Checked against the column: what comes out is canonical. */
export function valueOfPlain(type: ColumnType, plain: unknown): PlainValue {
  if (plain === null) return { ok: true, value: null };
  if (isJson(type)) return jsonOfPlain(plain);
  if (type.kind === 'array') return arrayOfPlain(type, plain);
  const value = scalarOfPlain(type, plain);
  return value === undefined ? unreadable(`the value does not fit ${type.sql}`) : { ok: true, value };
}

function scalarOfPlain(type: ColumnType, plain: unknown): string | undefined {
  switch (typeof plain) {
    case 'string':
      return type.kind === 'bool' ? undefined : scalarFrom(type, plain);
    case 'boolean':
      return type.kind === 'bool' ? String(plain) : undefined;
    case 'number':
      return scalarOfNumber(type, plain);
    default:
      return undefined;
  }
}

function scalarOfNumber(type: ColumnType, number: number): string | undefined {
  switch (type.kind) {
    case 'float4':
    case 'float8':
      return scalarFrom(type, number === 0 ? '0' : String(number));
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
      // Beyond that a number may have been rounded before it came here.
      return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? scalarFrom(type, decimalOfNumber(number)) : undefined;
    default:
      return undefined;
  }
}

function jsonOfPlain(plain: unknown): PlainValue {
  try {
    return { ok: true, value: printJson(nodeOfPlain(plain)) };
  } catch (error) {
    if (error instanceof JsonProblem) return unreadable(`the value does not fit json: ${error.message}`);
    throw error;
  }
}

function arrayOfPlain(type: ColumnType, plain: unknown): PlainValue {
  const element = type.element as ColumnType;
  if (!Array.isArray(plain)) return unreadable(`the value does not fit ${type.sql}: it is no array`);
  // An array in an array of JSON is a JSON value, not a dimension.
  const nests = !isJson(element);
  const problems: string[] = [];
  const read = (each: unknown): Value | readonly unknown[] => {
    if (nests && Array.isArray(each)) return each.map(read);
    const value = valueOfPlain(element, each);
    if (value.ok) return value.value;
    problems.push(value.reason);
    return null;
  };
  if (nests && shapeOf(plain) === null)
    return unreadable(`the value does not fit ${type.sql}: its inner arrays are empty or differ in length`);
  const array = plain.map(read);
  const [problem] = problems;
  return problem === undefined
    ? { ok: true, value: writeArray(array as Parameters<typeof writeArray>[0]) }
    : unreadable(`an element: ${problem}`);
}

function isJson({ kind }: ColumnType): boolean {
  return kind === 'json' || kind === 'jsonb';
}

export function unreadable(reason: string): Unreadable {
  return { ok: false, reason };
}
