/** A stored comparison in the form that is shown. Pure. */
import type { Entity } from '../../model/entity.js';
import type { ComparisonRow, DifferenceRow, TableCounts } from '../../ports/comparison-store.js';
import { shownKey } from '../record/record-key.js';
import type { Comparison, ShownDifference, WritesPlanned } from './comparison.js';

export const noCounts: TableCounts = {
  compared: 0,
  different: 0,
  missing: { sql: 0, mongodb: 0 },
  repaired: 0,
  waiting: 0,
  unsettled: 0,
};

export function addCounts(a: TableCounts, b: TableCounts): TableCounts {
  return {
    compared: a.compared + b.compared,
    different: a.different + b.different,
    missing: { sql: a.missing.sql + b.missing.sql, mongodb: a.missing.mongodb + b.missing.mongodb },
    repaired: a.repaired + b.repaired,
    waiting: a.waiting + b.waiting,
    unsettled: a.unsettled + b.unsettled,
  };
}

export function showComparison(row: ComparisonRow): Comparison {
  const counts = Object.values(row.tables).reduce(addCounts, noCounts);
  const { id, state, total, repair, dryRun, sample, tables, reason, by, error } = row;
  return {
    id,
    state,
    ...counts,
    total,
    repair,
    dryRun,
    planned: dryRun ? planned(row, counts) : null,
    sample,
    tables,
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    reason,
    by,
    error,
  };
}

function planned({ repair }: ComparisonRow, { different, missing }: TableCounts): WritesPlanned | null {
  if (repair !== 'sql' && repair !== 'mongodb') return null;
  const target = repair === 'sql' ? 'mongodb' : 'sql';
  return {
    insert: missing[target],
    update: different - missing.sql - missing.mongodb,
    delete: missing[repair],
  };
}

/** `entity`: undefined if the table is no longer synced. */
export function showDifference(row: DifferenceRow, entity: Entity | undefined): ShownDifference {
  const { table, key, kind, fields, state, reason } = row;
  return { table, key: entity === undefined ? key : shownKey(entity, key), kind, fields, state, reason };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
