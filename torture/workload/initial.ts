/** What stands on both sides before the users begin. Pure. */
import type { Values } from '../history.js';
import { isSteady, keyText, type Table, tables } from '../tables.js';
import { seedOf } from './edits.js';

/** Half of the records, and all that are never deleted. */
export function initialRows(): ReadonlyMap<Table, ReadonlyMap<string, Values>> {
  return new Map(
    tables.map((table) => {
      const present = Array.from({ length: table.keys }, (_, n) => n).filter((n) => isSteady(table, n) || n % 2 === 0);
      return [table, new Map(present.map((n) => [keyText(table, n), seedOf(table.name, n)]))];
    }),
  );
}

export function byName<T>(rows: ReadonlyMap<Table, T>): ReadonlyMap<string, T> {
  return new Map([...rows].map(([table, records]) => [table.name, records]));
}
