/** The slots' answers for `isthmus check` where a Debezium connector reads the log. Changes nothing. */
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { PostgresContext } from '../context.js';
import { literal } from '../names.js';

export async function inspectDebeziumSlot({ reads, names }: PostgresContext): Promise<Finding[]> {
  const result = await reads.query({
    text: `select slot_name, wal_status, active, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), restart_lsn)::bigint
      from pg_replication_slots where slot_name in ($1, $2) and database = current_database()`,
    values: [names.slot, names.debeziumSlot],
  });
  const own = result.rows.some(([slot]) => slot === names.slot);
  const theirs = result.rows.find(([slot]) => slot === names.debeziumSlot);
  return [...(own ? [unread(names.slot)] : []), theirs === undefined ? absent(names.debeziumSlot) : stateOf(theirs)];
}

function unread(slot: string): Finding {
  return warning(
    'sql.slot_unread',
    `slot ${slot} is left of a time when the sync read the log itself, and fills the server’s disk`,
    `select pg_drop_replication_slot(${literal(slot)});`,
  );
}

function absent(slot: string): Finding {
  return warning(
    'sql.slot_debezium',
    `there is no slot ${slot}: the connector was not started yet, or names its slot otherwise`,
    'Start the connector with the settings that `isthmus prepare` prints.',
  );
}

function stateOf([slot, walStatus, active, retained]: readonly (string | null)[]): Finding {
  if (walStatus === 'lost')
    return failed(
      'sql.slot_debezium',
      `slot ${slot} was invalidated: changes were missed`,
      'Begin anew: `isthmus teardown`, delete the connector, its offsets and its slot, `isthmus prepare`, start the connector, `isthmus run`, then compare.',
    );
  const what = `slot ${slot} is ${active === 't' ? 'in use' : 'not in use'} and keeps ${Math.round(Number(retained ?? 0) / 1024 ** 2)} MB of log`;
  return active === 't' ? ok('sql.slot_debezium', what) : warning('sql.slot_debezium', what, 'Start the connector.');
}
