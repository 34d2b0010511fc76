/** The slot's and the publication's answers for `isthmus check`. Changes nothing. */
import { type Finding, failed, ok, warning } from '../../base/finding.js';
import type { PostgresContext } from '../context.js';
import { literal } from '../names.js';

/** Log that a slot keeps from being removed, beyond which an operator should look. */
const muchLogBytes = 10 * 1024 ** 3;

export async function inspectSlot(context: PostgresContext): Promise<Finding[]> {
  const { reads, names } = context;
  const result = await reads.query({
    text: `select wal_status, active, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), restart_lsn)::bigint, plugin, database = current_database()
      from pg_replication_slots where slot_name = $1`,
    values: [names.slot],
  });
  const row = result.rows[0];
  if (row === undefined) return roomForSlot(context);
  const [walStatus, active, retained, plugin, here] = row;
  if (plugin !== 'pgoutput' || here !== 't')
    return [
      failed(
        'sql.slot',
        `slot ${names.slot} is of another database or plugin`,
        `Choose another name, or: select pg_drop_replication_slot(${literal(names.slot)});`,
      ),
    ];
  if (walStatus === 'lost')
    return [
      failed(
        'sql.slot',
        `slot ${names.slot} was invalidated: changes were missed`,
        'Run `isthmus prepare`, then `isthmus compare --repair`; raise max_slot_wal_keep_size.',
      ),
    ];
  const bytes = Number(retained ?? 0);
  const state = `slot ${names.slot} is ${active === 't' ? 'in use' : 'not in use'} and keeps ${Math.round(bytes / 1024 ** 2)} MB of log`;
  if (walStatus === 'unreserved')
    return [
      failed(
        'sql.slot',
        `${state}, which is about to be removed`,
        'Start the sync at once, or raise max_slot_wal_keep_size.',
      ),
    ];
  if (bytes > muchLogBytes)
    return [
      warning(
        'sql.slot',
        state,
        `Start the sync, or give the slot up: select pg_drop_replication_slot(${literal(names.slot)});`,
      ),
    ];
  return [ok('sql.slot', state)];
}

export async function slotInUse({ reads, names }: PostgresContext): Promise<boolean> {
  const found = await reads.query({
    text: 'select 1 from pg_replication_slots where slot_name = $1 and active',
    values: [names.slot],
  });
  return found.rows.length > 0;
}

async function roomForSlot({ reads }: PostgresContext): Promise<Finding[]> {
  const result = await reads.query({
    text: `select current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots),
      current_setting('max_wal_senders')::int - (select count(*) from pg_stat_replication)`,
  });
  const [slots, senders] = (result.rows[0] ?? []).map(Number);
  return [
    (slots ?? 0) > 0
      ? ok('sql.slots', `${slots} replication slots are free`)
      : failed(
          'sql.slots',
          'no replication slot is free',
          'alter system set max_replication_slots = 20; and restart the server.',
        ),
    (senders ?? 0) > 0
      ? ok('sql.senders', `${senders} WAL senders are free`)
      : failed(
          'sql.senders',
          'no WAL sender is free',
          'alter system set max_wal_senders = 20; and restart the server.',
        ),
  ];
}
