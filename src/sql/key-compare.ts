/** Compares keys by the text images of their columns, each in an order of its own. Pure; must not know a server. */
import { decodeKey } from '../model/key.js';
import { type Compare, compareUnits } from '../model/text-order.js';

/** Column by column, in the order of the primary key's definition. */
export function compareKeysBy(columns: readonly Compare[]): Compare {
  return (a, b) => {
    const left = decodeKey(a, columns.length);
    const right = decodeKey(b, columns.length);
    for (let i = 0; i < columns.length; i++) {
      const result = (columns[i] as Compare)(left[i] as string, right[i] as string);
      if (result !== 0) return result;
    }
    return 0;
  };
}

export function compareInstants(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

/** Canonical decimals: no exponent, no needless zeros. NaN is above all, as in PostgreSQL. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0;
  const special = rank(a) - rank(b);
  if (special !== 0 || rank(a) !== 0) return special;
  if (a.startsWith('-') !== b.startsWith('-')) return a.startsWith('-') ? -1 : 1;
  return a.startsWith('-') ? comparePositive(b.slice(1), a.slice(1)) : comparePositive(a, b);
}

function rank(text: string): number {
  if (text === 'NaN') return 2;
  if (text === 'Infinity') return 1;
  return text === '-Infinity' ? -1 : 0;
}

function comparePositive(a: string, b: string): number {
  const [wholeA = '', fractionA = ''] = a.split('.');
  const [wholeB = '', fractionB = ''] = b.split('.');
  if (wholeA.length !== wholeB.length) return wholeA.length - wholeB.length;
  return compareUnits(wholeA, wholeB) || compareUnits(fractionA, fractionB);
}
