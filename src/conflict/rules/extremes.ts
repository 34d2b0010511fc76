/** The rules `max` and `min`: the greater or the smaller value, in the order that PostgreSQL has for the type. Pure. */
import Big from 'big.js';
import type { ColumnType } from '../../model/entity.js';
import type { DecideField } from '../field-case.js';

/** Null loses: a value is more than none. */
export const decideMax: DecideField = ({ field, sql, mongodb }) => {
  if (sql === null || mongodb === null) return { decided: true, value: sql ?? mongodb };
  return { decided: true, value: compare(field.type, sql, mongodb) >= 0 ? sql : mongodb };
};

export const decideMin: DecideField = ({ field, sql, mongodb }) => {
  if (sql === null || mongodb === null) return { decided: true, value: sql ?? mongodb };
  return { decided: true, value: compare(field.type, sql, mongodb) <= 0 ? sql : mongodb };
};

/** Negative: `a` comes first. */
function compare(type: ColumnType, a: string, b: string): number {
  switch (type.kind) {
    case 'enum':
      return (type.labels?.indexOf(a) ?? 0) - (type.labels?.indexOf(b) ?? 0);
    case 'timestamptz':
    case 'timestamp':
      return Date.parse(a) - Date.parse(b);
    case 'date':
      return compareParts(dateParts(a), dateParts(b));
    case 'bool':
    case 'time':
      return a < b ? -1 : a > b ? 1 : 0;
    default:
      return compareNumbers(a, b);
  }
}

/** PostgreSQL's order: NaN is greater than all else. */
const ranks: Readonly<Record<string, number>> = { '-Infinity': -1, Infinity: 1, NaN: 2 };

function compareNumbers(a: string, b: string): number {
  const byRank = (ranks[a] ?? 0) - (ranks[b] ?? 0);
  return byRank !== 0 || a in ranks ? byRank : new Big(a).cmp(new Big(b));
}

/** `0044-03-15 BC`, `infinity`: year (1 BC is 0), month, day. */
function dateParts(date: string): readonly number[] {
  if (date === 'infinity') return [Number.POSITIVE_INFINITY];
  if (date === '-infinity') return [Number.NEGATIVE_INFINITY];
  const [year = 0, month = 0, day = 0] = date.replace(' BC', '').split('-').map(Number);
  return [date.endsWith('BC') ? 1 - year : year, month, day];
}

function compareParts(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
