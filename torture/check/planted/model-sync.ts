/**
 * An idealised sync of one record at a time, with every event that it makes in the two logs. Its faults are chosen by name: each breaks
 * one promise. Must not know the checker.
 */
import type { Side } from '../../../src/model/side.js';
import { otherSide } from '../../../src/model/side.js';
import type { Random } from '../../../src/testing/random.js';
import type { Values } from '../../history.js';
import { type MergeField, mergeRecord, usual } from './model-merge.js';
import type { ModelRecord, OpenConflict } from './model-record.js';

/** What a faulty sync does otherwise; each is asked once in a while and acts on one record only where that is said. */
export interface SyncFaults {
  readonly mergeField?: MergeField;
  /** Whose version is taken instead of the right decision. */
  readonly decide?: (record: ModelRecord, right: Values | null) => Values | null;
  /** What is written instead of a change that simply crosses. */
  readonly cross?: (record: ModelRecord, from: Side, change: Values | null) => Values | null;
  /** How many events a write leaves in the log. */
  readonly events?: (record: ModelRecord) => number;
  /** A conflict that is decided is kept so; null: not at all. */
  readonly keep?: (conflict: OpenConflict) => OpenConflict | null;
  /** Forgets a change instead of writing it. */
  readonly forgets?: (record: ModelRecord) => boolean;
}

export interface SyncWorld {
  readonly random: Random;
  readonly conflicts: OpenConflict[];
  event(side: Side, record: ModelRecord, times: number): void;
  newId(): string;
}

export function syncRecord(world: SyncWorld, record: ModelRecord, faults: SyncFaults): void {
  if (record.refused) return;
  if (record.half !== null) return finishHalf(world, record, faults);
  const moved = movedSides(record);
  if (record.pending !== null) return refresh(record);
  if (!moved.sql && !moved.mongodb) return;
  if (moved.sql && moved.mongodb) return settle(world, record, faults);
  const from: Side = moved.sql ? 'sql' : 'mongodb';
  const change = record[from];
  if (faults.forgets?.(record) !== true) {
    record[otherSide(from)] = faults.cross === undefined ? change : faults.cross(record, from, change);
    world.event(otherSide(from), record, faults.events?.(record) ?? 1);
  }
  record.base = record[from];
  see(record);
}

function movedSides({ sql, mongodb, seen }: ModelRecord): Readonly<Record<Side, boolean>> {
  return { sql: sql !== seen.sql, mongodb: mongodb !== seen.mongodb };
}

function see(record: ModelRecord): void {
  record.seen.sql = record.sql;
  record.seen.mongodb = record.mongodb;
}

/** Its second half: SQL gets the decision, unless users were quicker there. */
function finishHalf(world: SyncWorld, record: ModelRecord, faults: SyncFaults): void {
  const { half } = record;
  record.half = null;
  if (half === null) return;
  half.state = movedSides(record).sql ? 'superseded' : 'resolved';
  syncRecord(world, record, faults);
}

function refresh(record: ModelRecord): void {
  const { pending } = record;
  if (pending !== null) Object.assign(pending, statesOf(record), { kind: kindOf(record) });
}

function settle(world: SyncWorld, record: ModelRecord, faults: SyncFaults): void {
  if (record.sql === null && record.mongodb === null) {
    record.base = null;
    see(record);
    return;
  }
  const conflict: OpenConflict = {
    id: world.newId(),
    table: record.table.name,
    key: record.key,
    kind: kindOf(record),
    strategy: record.sql === null || record.mongodb === null ? record.table.delete : record.table.strategy,
    state: 'pending',
    resolved: null,
    ...statesOf(record),
  };
  if (conflict.strategy === 'manual') {
    record.pending = conflict;
    world.conflicts.push(conflict);
    return;
  }
  const right = decision(record, faults.mergeField ?? usual);
  const decided = faults.decide === undefined ? right : faults.decide(record, right);
  const kept = keep({ ...conflict, state: 'resolved', resolved: decided }, faults);
  if (kept !== null) world.conflicts.push(kept);
  write(world, record, { decided, kept });
}

function keep(conflict: OpenConflict, faults: SyncFaults): OpenConflict | null {
  const kept = faults.keep === undefined ? conflict : faults.keep(conflict);
  if (kept !== null) kept.text = JSON.stringify([kept.base, kept.sql, kept.mongodb, kept.resolved]);
  return kept;
}

function write(
  world: SyncWorld,
  record: ModelRecord,
  { decided, kept }: { readonly decided: Values | null; readonly kept: OpenConflict | null },
): void {
  if (!isSame(record.mongodb, decided)) world.event('mongodb', record, 1);
  record.mongodb = decided;
  if (isSame(record.sql, decided)) {
    record.base = record.sql;
    see(record);
    return;
  }
  if (kept !== null && world.random.chance(0.2)) {
    // MongoDB has the decision; what SQL stands at is what the next change of SQL is made from.
    kept.state = 'propagating';
    record.half = kept;
    record.base = record.sql;
    record.seen.sql = record.sql;
    record.seen.mongodb = record.sql;
    return;
  }
  world.event('sql', record, 1);
  record.sql = decided;
  record.base = decided;
  see(record);
}

function decision(record: ModelRecord, mergeField: MergeField): Values | null {
  const { table, base, sql, mongodb, at } = record;
  if (sql === null || mongodb === null) return table.delete === 'update_wins' ? (sql ?? mongodb) : null;
  switch (table.strategy) {
    case 'prefer_sql':
    case 'manual':
      return sql;
    case 'prefer_mongodb':
      return mongodb;
    case 'lww':
      return at.mongodb > at.sql ? mongodb : sql;
    case 'merge':
      return mergeRecord(table, { base, sql, mongodb }, mergeField);
  }
}

function statesOf({ base, sql, mongodb }: ModelRecord): Pick<OpenConflict, 'base' | 'sql' | 'mongodb' | 'text'> {
  return { base, sql, mongodb, text: JSON.stringify([base, sql, mongodb]) };
}

function kindOf({ base, sql, mongodb }: ModelRecord): string {
  if (sql === null || mongodb === null) return 'delete_update';
  return base === null ? 'insert_insert' : 'write_write';
}

function isSame(a: Values | null, b: Values | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
