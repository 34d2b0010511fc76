/** What the model's sync makes of two versions under `merge`: written apart from what the checker demands. Pure. */
import type { Values } from '../../history.js';
import type { Column, Table } from '../../tables.js';

export interface Versions {
  readonly base: Values | null;
  readonly sql: Values;
  readonly mongodb: Values;
}

/** A field's value of the three; null is none. */
export type MergeField = (column: Column, at: Readonly<Record<keyof Versions, string | null>>) => string | null;

export function mergeRecord(table: Table, versions: Versions, mergeField: MergeField = usual): Values {
  const entries = table.columns.map((column) => {
    const at = {
      base: versions.base?.[column.name] ?? null,
      sql: versions.sql[column.name] ?? null,
      mongodb: versions.mongodb[column.name] ?? null,
    };
    const untouched = versions.base !== null && column.rule !== 'counter';
    // Two inserts of one value are one.
    if (versions.base === null && at.sql === at.mongodb) return [column.name, at.sql] as const;
    if (untouched && at.sql === at.base) return [column.name, at.mongodb] as const;
    if (untouched && at.mongodb === at.base) return [column.name, at.sql] as const;
    return [column.name, mergeField(column, at)] as const;
  });
  return Object.fromEntries(entries);
}

export const usual: MergeField = (column, { base, sql, mongodb }) => {
  switch (column.rule) {
    case 'prefer_sql':
      return sql;
    case 'prefer_mongodb':
      return mongodb;
    case 'counter':
      return String(Number(sql) + Number(mongodb) - Number(base));
    case 'max':
      return Number(sql) > Number(mongodb) ? sql : mongodb;
    case 'set': {
      const [before, left, right] = [base, sql, mongodb].map((text) => JSON.parse(text ?? '[]') as string[]);
      const stays = before?.filter((one) => left?.includes(one) && right?.includes(one)) ?? [];
      const added = [...(left ?? []), ...(right ?? [])].filter((one) => !before?.includes(one));
      return JSON.stringify([...new Set([...stays, ...added])]);
    }
    case 'words':
      return mergeAppended(base ?? '', sql ?? '', mongodb ?? '');
  }
};

/** A text that was begun anew takes the other's new end with it, as edits of characters would. */
function mergeAppended(base: string, sql: string, mongodb: string): string {
  if (mongodb.startsWith(base)) return sql + mongodb.slice(base.length);
  return sql.startsWith(base) ? mongodb + sql.slice(base.length) : sql + mongodb;
}
