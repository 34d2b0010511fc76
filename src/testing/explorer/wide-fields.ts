/**
 * Records of several fields, in which each write leaves something of its own: what a value is made of (its atoms) tells
 * afterwards whose writes are in it. Must not know who writes, or what becomes of it.
 */
import { readArray, writeArray } from '../../model/canonical.js';
import { canonicalJson } from '../../model/canonical-json.js';
import type { ColumnType, Field } from '../../model/entity.js';
import type { Value } from '../../model/record.js';

/** How a field's value is made of what was written: `pieces` can be joined, a `register` is one atom; `plain` values are not unique. */
type Make = 'pieces' | 'register' | 'plain';

interface WideField extends Field {
  readonly make: Make;
}

const text: ColumnType = { kind: 'text', sql: 'text' };
const jsonb: ColumnType = { kind: 'jsonb', sql: 'jsonb' };

/** Also the order of a state's values. */
export const wideFields = {
  stamp: field('stamp', text, { make: 'register', nullable: false }),
  note: field('note', text, { make: 'pieces' }),
  hits: field('hits', { kind: 'numeric', sql: 'numeric' }, { make: 'pieces' }),
  tags: field('tags', { kind: 'array', sql: 'text[]', element: text }, { make: 'pieces' }),
  extra: field('extra', jsonb, { make: 'pieces' }),
  price: field('price', { kind: 'int4', sql: 'integer' }, { make: 'register' }),
  owner: field('owner', text, { make: 'plain' }),
  at: field('at', { kind: 'timestamptz', sql: 'timestamp with time zone' }, { make: 'register' }),
  vector: field('vector', jsonb, { make: 'plain' }),
} as const;

export const wideKey: Field = { column: 'id', field: '_id', type: text, nullable: false, hasDefault: false };

export type WideName = keyof typeof wideFields;

export const wideNames = Object.keys(wideFields) as readonly WideName[];

function field(name: string, type: ColumnType, of: { readonly make: Make; readonly nullable?: boolean }): WideField {
  return { column: name, field: name, type, nullable: of.nullable ?? true, hasDefault: false, make: of.make };
}

/** Counters count in digits of this base, one digit a write: what is counted twice or half shows. */
const digit = 4n;
/** So many digits fit into Decimal128. */
export const hitsMax = 50;

/** What one write adds to a counter; `n` is its own. */
export function hit(n: number): bigint {
  return digit ** BigInt(n);
}

/** A letter of a script that puts no space between words, so that each is a word of its own. */
export function letter(n: number): string {
  return String.fromCodePoint(0x4e00 + n);
}

export class Torn extends Error {}

/** What a value is made of. Throws `Torn` where a piece is there twice or half. */
export function atomsOf(name: WideName, value: Value): ReadonlySet<string> {
  if (value === null || wideFields[name].make === 'plain') return new Set();
  if (wideFields[name].make === 'register') return new Set([value]);
  const pieces = piecesOf(name, value);
  const atoms = new Set(pieces);
  if (atoms.size < pieces.length) throw new Torn(`${name} has a piece twice: ${value}`);
  return atoms;
}

function piecesOf(name: WideName, value: string): readonly string[] {
  switch (name) {
    case 'note':
      return [...value];
    case 'hits':
      return digitsOf(value);
    case 'tags':
      return readArray(value) as readonly string[];
    default:
      return Object.keys(JSON.parse(value) as object);
  }
}

function digitsOf(value: string): readonly string[] {
  const places: string[] = [];
  let rest = BigInt(value);
  for (let place = 0; rest !== 0n; place++, rest /= digit) {
    if (rest % digit === 1n) places.push(`${place}`);
    else if (rest % digit !== 0n) throw new Torn(`hits counts a write not exactly once: ${value}`);
  }
  return places;
}

/** The value that is made of these pieces, in their order. */
export function ofPieces(name: WideName, pieces: readonly string[]): Value {
  switch (name) {
    case 'note':
      return pieces.join('');
    case 'hits':
      return String(pieces.reduce((sum, place) => sum + hit(Number(place)), 0n));
    case 'tags':
      return writeArray(pieces);
    default:
      return canonicalJson(JSON.stringify(Object.fromEntries(pieces.map((piece) => [piece, 1]))));
  }
}
