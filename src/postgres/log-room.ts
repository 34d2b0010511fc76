/** What the slot by which our log is read keeps of the WAL, and how much more may be written before the server gives the slot up. Changes nothing. */
import type { LogRoom } from '../ports/log-room.js';
import type { PostgresContext } from './context.js';

export async function logRoom({
  reads,
  names,
  logReader,
}: Pick<PostgresContext, 'reads' | 'names' | 'logReader'>): Promise<LogRoom | null> {
  const result = await reads.query({
    text: `select wal_status, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), restart_lsn)::bigint, safe_wal_size
      from pg_replication_slots where slot_name = $1`,
    values: [logReader === 'debezium' ? names.debeziumSlot : names.slot],
  });
  const row = result.rows[0];
  if (row === undefined) return null;
  const [status, kept, safe] = row;
  if (status === 'lost') return { unit: 'bytes', kept: 0, left: 0 };
  // Below zero while the server still spares a slot that it may give up at the next checkpoint.
  const left = safe === null || safe === undefined ? null : Math.max(0, Number(safe));
  return { unit: 'bytes', kept: Math.max(0, Number(kept ?? 0)), left };
}
