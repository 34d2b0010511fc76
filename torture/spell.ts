/** Spells rows and documents alike, as the history has them, and turns what is spelled back. Shares no code with the product. */
import { Decimal128, type Document, Int32, Long } from 'mongodb';
import type { Values } from './history.js';
import { addedColumn, type ColumnType, type Table } from './tables.js';

/** A column as SQL that gives its spelling. Microseconds are cut: MongoDB has none. */
export function spelledSql(name: string, type: ColumnType): string {
  switch (type) {
    case 'numeric':
      return `trim_scale("${name}")::text`;
    case 'text[]':
      return `to_json("${name}")::text`;
    case 'timestamptz':
      return `floor(extract(epoch from "${name}") * 1000)::bigint::text`;
    default:
      return `"${name}"::text`;
  }
}

/** What `spelledSql` gave, whose order of a jsonb's keys is the server's. */
export function valueOfSql(type: ColumnType, text: string | null): string | null {
  return text !== null && type === 'jsonb' ? JSON.stringify(sorted(JSON.parse(text))) : text;
}

/** Times get microseconds, which the sync must neither lose nor take for a change. */
export function parameterOf(type: ColumnType, value: string | null): unknown {
  if (value === null) return null;
  if (type === 'text[]') return JSON.parse(value);
  return type === 'timestamptz' ? new Date(Number(value)).toISOString().replace('Z', '457Z') : value;
}

export function bsonOf(type: ColumnType, value: string): unknown {
  switch (type) {
    case 'int':
      return new Int32(Number(value));
    case 'bigint':
      return Long.fromString(value);
    case 'numeric':
      return Decimal128.fromString(value);
    case 'timestamptz':
      return new Date(Number(value));
    case 'jsonb':
    case 'text[]':
      return JSON.parse(value);
    case 'boolean':
      return value === 'true';
    case 'text':
      return value;
  }
}

/** The types that keys have. */
export type Id = string | Int32 | Long | Document;

export function idOf(table: Table, key: string): Id {
  const [only] = table.key;
  if (table.key.length === 1 && only !== undefined) return bsonOf(only.type, key) as Id;
  const parts = key.split('/');
  return Object.fromEntries(table.key.map(({ name, type }, at) => [name, bsonOf(type, parts[at] ?? '')]));
}

export function keyOfId(id: unknown): string {
  const parts = isPlain(id) ? Object.values(id) : [id];
  return parts.map((part) => spelled(part) ?? '').join('/');
}

/** A document's fields; those of an added column only if it has them. */
export function valuesOfDocument(table: Table, document: Document): Values {
  const added = Object.keys(document).filter((name) => name.startsWith(addedColumn));
  const names = [...table.columns.map(({ name }) => name), ...added.sort()];
  return Object.fromEntries(names.map((name) => [name, spelled(document[name])]));
}

/** By what the value is, not by what it should be: another type spells another text. */
function spelled(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Decimal128 || value instanceof Long) return trimmed(value.toString());
  if (value instanceof Date) return String(value.getTime());
  return typeof value === 'object' ? JSON.stringify(sorted(value)) : String(value);
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('E') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !(value instanceof Long) && !(value instanceof Decimal128);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
