/**
 * The order of an entity's keys, the same in MariaDB and here: chunks of a load are ranges of it. Texts are ordered by
 * their bytes in UTF-8, since no other collation can be had in both places.
 */
import type { ColumnKind, Entity } from '../../model/entity.js';
import { isRefused, readRefusal } from '../../model/refusal.js';
import { type Compare, compareCodePoints, compareIntegers, compareUnits } from '../../model/text-order.js';
import { compareDecimals, compareInstants, compareKeysBy } from '../../sql/key-compare.js';
import { literal } from '../names.js';
import { type EntitySql, isExact, type KeyColumnSql, keyLiteral } from './entity-sql.js';

export interface KeyOrder {
  /** Per key column: what to sort by; `t` is the table. */
  readonly columns: readonly string[];
  /** Per key column: a text as a value that compares with it. */
  value(column: number, text: string): string;
}

/** Kinds whose own order can be repeated from the canonical text. */
const orders: Partial<Record<ColumnKind, Compare>> = {
  int2: compareIntegers,
  int4: compareIntegers,
  int8: compareIntegers,
  numeric: compareDecimals,
  bool: (a, b) => numberOf(a) - numberOf(b),
  time: (a, b) => secondsOf(a) - secondsOf(b),
  bytea: compareUnits,
  date: compareUnits,
  timestamptz: compareInstants,
  timestamp: compareInstants,
};

export function keyOrder(sql: EntitySql): KeyOrder {
  const native = sql.key.map((column) => isNative(column));
  return {
    columns: sql.key.map((column, index) => (native[index] ? `t.${column.name}` : bytesOf(`t.${column.name}`))),
    value: (index, text) =>
      native[index] ? keyLiteral(sql.key[index] as KeyColumnSql, text) : bytesOf(`_utf8mb4${literal(text)}`),
  };
}

/** In the table's own order, whatever it is: what its primary key serves. Labels are sorted by their places, but compared as texts. */
export function ownOrder(sql: EntitySql): KeyOrder {
  const isEnum = ({ type }: KeyColumnSql): boolean => type.kind === 'enum';
  return {
    columns: sql.key.map((column) => (isEnum(column) ? `t.${column.name} + 0` : `t.${column.name}`)),
    value: (index, text) => {
      const column = sql.key[index] as KeyColumnSql;
      return isEnum(column) ? String((column.type.labels ?? []).indexOf(text) + 1) : keyLiteral(column, text);
    },
  };
}

/** A value that cannot cross is ordered by the server's own text of it. */
export function compareKeys(entity: Entity): Compare {
  return compareKeysBy(
    entity.key.map(({ type }) => {
      const compare = orders[type.kind] ?? compareCodePoints;
      return (a, b) => (isRefused(a) || isRefused(b) ? compareImages(imageOf(a), imageOf(b), compare) : compare(a, b));
    }),
  );
}

/** A zero date sorts before all others, as its text does; a number has its own order also beyond Long. */
function compareImages(a: string, b: string, compare: Compare): number {
  return compare === compareInstants ? compareUnits(spaced(a), spaced(b)) : compare(a, b);
}

function numberOf(flag: string): number {
  return flag === 'false' ? 0 : flag === 'true' ? 1 : Number(flag);
}

/** Also of a span that is no time of day. */
function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace('-', '').split(':').map(Number);
  const size = hours * 3600 + minutes * 60 + seconds;
  return time.startsWith('-') ? -size : size;
}

/** The canonical form has a T where the server has a space. */
function spaced(instant: string): string {
  return instant.replace('T', ' ').replace(/Z$/, '');
}

function imageOf(part: string): string {
  return isRefused(part) ? readRefusal(part).image : part;
}

/** After a key, or up to it: as a row constructor would say, which the server does not look up in an index. */
export function beyond(order: KeyOrder, texts: readonly string[], last: '>' | '<='): string {
  const strict = last === '>' ? '>' : '<';
  const from = (index: number): string => {
    const column = order.columns[index] as string;
    const value = order.value(index, texts[index] as string);
    if (index === texts.length - 1) return `${column} ${last} ${value}`;
    return `(${column} ${strict} ${value} or ${column} = ${value} and ${from(index + 1)})`;
  };
  if (texts.length === 1) return from(0);
  // Said twice, so that the first column alone leads into the index.
  return `(${order.columns[0]} ${strict}= ${order.value(0, texts[0] as string)} and ${from(0)})`;
}

function isNative({ type }: KeyColumnSql): boolean {
  return isExact(type) || (orders[type.kind] !== undefined && type.sql !== 'bit');
}

function bytesOf(expression: string): string {
  return `cast(convert(${expression} using utf8mb4) as binary)`;
}
