/**
 * Ends the process that came before and raises the epoch, so that it can never write again. Must not know what the
 * new process does then.
 */
import { IsthmusError } from '../../base/errors.js';
import type { HeldRow, LaneProgress, TakenOver } from '../../ports/side-store.js';
import { readHeldRow } from '../../sql/held-texts.js';
import type { MysqlContext } from '../context.js';
import { literal } from '../names.js';
import { toIsthmusError } from '../server-error.js';
import { selectHeld } from './held-rows.js';
import { endLanes } from './lane-session.js';

export async function takeOver(context: MysqlContext, epoch: number, lanes: number): Promise<TakenOver> {
  const stored = (await readLanes(context)).map(({ lane }) => lane);
  const wanted = [...new Set([...Array.from({ length: lanes }, (_, lane) => lane), ...stored])];
  try {
    await endLanes(context, wanted);
    await raiseEpoch(context, epoch, wanted);
    // One that came back in between learns of the epoch as soon as it opens anything; what it had opened by then ends here.
    await endLanes(context, wanted);
  } catch (error) {
    throw toIsthmusError(error, 'taking over on MariaDB');
  }
  context.fence.epoch = epoch;
  return { lanes: await readLanes(context), held: await readHeld(context) };
}

/** Lane by lane: each lane's own row is what stops its writer, and an echo tells of one lane only. */
async function raiseEpoch(context: MysqlContext, epoch: number, lanes: readonly number[]): Promise<void> {
  const name = literal(context.name);
  for (const lane of lanes) {
    await context.reads.query(
      `insert ignore into isthmus.progress (name, lane, epoch, number) values (${name}, ${lane}, 0, 0)`,
    );
    const raised = await context.reads.query(
      `update isthmus.progress set epoch = ${epoch}, wrote = null where name = ${name} and lane = ${lane} and epoch < ${epoch}`,
      { once: true },
    );
    if (raised.rowCount !== 1) throw new IsthmusError('fenced');
  }
}

async function readLanes(context: MysqlContext): Promise<readonly LaneProgress[]> {
  const result = await context.reads.query(
    `select lane, number, saved from isthmus.progress where name = ${literal(context.name)} order by lane`,
  );
  return result.rows.map(([lane, number, saved]) => ({
    lane: Number(lane),
    number: Number(number),
    saved: saved === null || saved === undefined ? undefined : (JSON.parse(saved) as unknown),
  }));
}

async function readHeld(context: MysqlContext): Promise<readonly HeldRow[]> {
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
