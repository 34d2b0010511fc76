/**
 * Ends the process that came before and raises the epoch, so that it can never write again. Must not know what the
 * new process does then.
 */
import { IsthmusError } from '../../base/errors.js';
import type { HeldRow, LaneProgress, TakenOver } from '../../ports/side-store.js';
import { readHeldRow } from '../../sql/held-texts.js';
import type { PostgresContext } from '../context.js';
import { selectHeld } from './held-rows.js';

const goneLimitMs = 30_000;
const gonePauseMs = 20;

export async function takeOver(context: PostgresContext, epoch: number, lanes: number): Promise<TakenOver> {
  await endPredecessor(context);
  await raiseEpoch(context, epoch, lanes);
  // One that came back in between learns of the epoch as soon as it opens anything; what it had opened by then ends here.
  await endPredecessor(context);
  context.fence.epoch = epoch;
  return { lanes: await readLanes(context), held: await readHeld(context) };
}

async function endPredecessor(context: PostgresContext): Promise<void> {
  const giveUpAt = context.clock.now() + goneLimitMs;
  for (;;) {
    const result = await context.reads.query({
      text: `select pid, pg_terminate_backend(pid) from (
          select pid from pg_stat_activity where application_name = $1 and datname = current_database()
          union select active_pid from pg_replication_slots where slot_name = $2 and active_pid is not null
        ) as backends where pid <> all($3::int[]) and pid <> pg_backend_pid()`,
      values: [context.names.application, context.names.slot, `{${[...context.pids].join(',')}}`],
    });
    if (result.rows.length === 0) return;
    if (context.clock.now() > giveUpAt)
      throw new IsthmusError('transient', {
        message: `Backend ${result.rows[0]?.[0]} of the process before does not end.`,
      });
    await context.clock.sleep(gonePauseMs);
  }
}

/** Lane by lane: each lane's own row is what stops its writer, and an echo tells of one lane only. */
async function raiseEpoch(context: PostgresContext, epoch: number, lanes: number): Promise<void> {
  const stored = await readLanes(context);
  const wanted = new Set([...Array.from({ length: lanes }, (_, lane) => lane), ...stored.map((each) => each.lane)]);
  for (const lane of wanted) {
    const result = await context.reads.query({
      text: `insert into isthmus.progress as p (name, lane, epoch, number) values ($1, $2::int, $3::bigint, 0)
        on conflict (name, lane) do update set epoch = excluded.epoch, wrote = null where p.epoch < excluded.epoch returning 1`,
      values: [context.name, String(lane), String(epoch)],
      once: true,
    });
    if (result.rows.length === 0) throw new IsthmusError('fenced');
  }
}

async function readLanes(context: PostgresContext): Promise<readonly LaneProgress[]> {
  const result = await context.reads.query({
    text: 'select lane, number, saved from isthmus.progress where name = $1 order by lane',
    values: [context.name],
  });
  return result.rows.map((row) => ({
    lane: Number(row[0]),
    number: Number(row[1]),
    saved: row[2] === null || row[2] === undefined ? undefined : (JSON.parse(row[2]) as unknown),
  }));
}

async function readHeld(context: PostgresContext): Promise<readonly HeldRow[]> {
  const result = await context.reads.query(selectHeld(context.name));
  const rows = result.rows.map((row) => readHeldRow(context.entities, row));
  const held = rows.filter((row) => row !== null);
  if (held.length < rows.length)
    context.log.warn(
      { rows: rows.length - held.length },
      'held records of tables that are no longer mapped are left alone',
    );
  return held;
}
