/**
 * The order of an entity's keys, the same in Oracle and here: chunks of a load and pages are ranges of it. Texts are ordered by their
 * bytes, as sessions of ours are set.
 */
import type { ColumnKind, ColumnType, Entity } from '../../model/entity.js';
import { isRefused, readRefusal } from '../../model/refusal.js';
import { type Compare, compareCodePoints, compareIntegers, compareUnits } from '../../model/text-order.js';
import { compareDecimals, compareKeysBy } from '../../sql/key-compare.js';
import type { Bind } from '../statement.js';
import type { EntitySql, KeyColumnSql } from './entity-sql.js';

export function orderOf(sql: EntitySql): string {
  return sql.key.map((column) => `t.${column.name}`).join(', ');
}

const orders: Partial<Record<ColumnKind, Compare>> = {
  int2: compareIntegers,
  int4: compareIntegers,
  int8: compareIntegers,
  numeric: compareDecimals,
  bytea: compareUnits,
  timestamptz: compareTimes,
  timestamp: compareTimes,
};

/** A value that cannot cross is ordered by the server's own text of it. */
export function compareKeys(entity: Entity): Compare {
  return compareKeysBy(
    entity.key.map(({ type }) => {
      const compare = orders[type.kind] ?? compareTexts(type);
      return (a, b) => compare(imageOf(a), imageOf(b));
    }),
  );
}

/** The national character set is UTF-16, whose bytes sort as its units do; padding counts. */
function compareTexts({ sql, kind, length = 0 }: ColumnType): Compare {
  const compare = sql.startsWith('n') ? compareUnits : compareCodePoints;
  if (kind !== 'char') return compare;
  return (a, b) => compare(a.padEnd(length), b.padEnd(length));
}

const time = /^(-?\d+)-(.*)$/;

/** Canonical, or as the server prints what is not: a year may have a sign. */
function compareTimes(a: string, b: string): number {
  const [left, right] = [time.exec(spaced(a)), time.exec(spaced(b))];
  if (left === null || right === null) return compareUnits(a, b);
  return Number(left[1]) - Number(right[1]) || compareUnits(left[2] as string, right[2] as string);
}

function spaced(instant: string): string {
  return instant.replace('T', ' ').replace(/(\.000)?Z$/, '');
}

function imageOf(part: string): string {
  return isRefused(part) ? readRefusal(part).image : part;
}

export interface Condition {
  readonly text: string;
  readonly binds: readonly Bind[];
}

/** After a key, or up to it: as a row constructor would say, which Oracle does not have for `<`. Placeholders from `first` on. */
export function beyond(sql: EntitySql, texts: readonly string[], last: '>' | '<=', first: number): Condition {
  const binds: Bind[] = [];
  const value = (column: KeyColumnSql, index: number): string => {
    binds.push([column.kind, column.bind(texts[index] as string)]);
    return column.compared(`:${first + binds.length - 1}`);
  };
  const strict = last === '>' ? '>' : '<';
  const from = (index: number): string => {
    const column = sql.key[index] as KeyColumnSql;
    if (index === texts.length - 1) return `t.${column.name} ${last} ${value(column, index)}`;
    const ahead = `t.${column.name} ${strict} ${value(column, index)}`;
    return `(${ahead} or t.${column.name} = ${value(column, index)} and ${from(index + 1)})`;
  };
  if (texts.length === 1) return { text: from(0), binds };
  // Said twice, so that the first column alone leads into the index.
  const [column] = sql.key as [KeyColumnSql];
  const lead = `t.${column.name} ${strict}= ${value(column, 0)}`;
  return { text: `(${lead} and ${from(0)})`, binds };
}
