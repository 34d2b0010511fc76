/**
 * Ends the process that came before and raises the epoch, so that it can never write again. Must not know what the
 * new process does then.
 */
import { IsthmusError } from '../../base/errors.js';
import type { HeldRow, LaneProgress, TakenOver } from '../../ports/side-store.js';
import { readHeldRow } from '../../sql/held-texts.js';
import type { OracleContext } from '../context.js';
import { errorNumber, toIsthmusError } from '../server-error.js';
import { type Client, submit } from '../session.js';
import { bound } from '../statement.js';
import { selectHeld } from './held-rows.js';
import { endLane } from './lane-session.js';
import { makeLane } from './progress-statements.js';

export async function takeOver(context: OracleContext, epoch: number, lanes: number): Promise<TakenOver> {
  const stored = (await readLanes(context)).map(({ lane }) => lane);
  const wanted = [...new Set([...Array.from({ length: lanes }, (_, lane) => lane), ...stored])];
  const session = context.session({});
  try {
    const client = await session.client();
    for (const lane of wanted) await endLane(context, client, lane);
    for (const lane of wanted) await raiseEpoch(context, client, { lane, epoch });
  } catch (error) {
    throw toIsthmusError(error, 'taking over on Oracle');
  } finally {
    await session.close();
  }
  context.fence.epoch = epoch;
  return { lanes: await readLanes(context), held: await readHeld(context) };
}

/** Longer than a request of a lane may take: who hangs in the middle of one and could not be ended is told of. */
const lockWaitS = 75;
const waitedTooLong = 30_006;

/** Lane by lane: each lane's own row is what stops its writer, and an echo tells of one lane only. */
async function raiseEpoch(
  context: OracleContext,
  client: Client,
  { lane, epoch }: { readonly lane: number; readonly epoch: number },
): Promise<void> {
  const { name } = context;
  for (const statement of makeLane({ name, lane })) await makeOnce(client, statement);
  const ofLane = [
    ['text', name],
    ['whole', lane],
  ] as const;
  try {
    await submit(
      client,
      bound(`select epoch from isthmus.progress where name = :1 and lane = :2 for update wait ${lockWaitS}`, ofLane),
    );
  } catch (error) {
    if (errorNumber(error) !== waitedTooLong) throw error;
    throw new IsthmusError('transient', {
      message: `The session that writes lane ${lane} of ${name} holds its row and does not end.`,
      remedy: 'End the process that came before, or let the user end its sessions: grant alter system to it.',
    });
  }
  const raised = await submit(
    client,
    bound(
      `update isthmus.progress set epoch = :1, wrote = null, remaining = 0 where name = :2 and lane = :3 and epoch < :4`,
      [['whole', epoch], ...ofLane, ['whole', epoch]],
    ),
    { commit: true },
  );
  if (raised.rowCount !== 1) throw new IsthmusError('fenced');
}

/** Two that begin at once may both find it missing. */
async function makeOnce(client: Client, statement: Parameters<typeof submit>[1]): Promise<void> {
  try {
    await submit(client, statement, { commit: true });
  } catch (error) {
    if (errorNumber(error) !== 1) throw error;
  }
}

async function readLanes(context: OracleContext): Promise<readonly LaneProgress[]> {
  const result = await context.reads.query(
    bound(
      `select p.lane, p."NUMBER", s.saved from isthmus.progress p
        left join isthmus.saved s on s.name = p.name and s.lane = p.lane where p.name = :1 order by p.lane`,
      [['text', context.name]],
    ),
  );
  return result.rows.map(([lane, number, saved]) => ({
    lane: Number(lane),
    number: Number(number),
    saved: saved === null || saved === undefined ? undefined : (JSON.parse(saved) as unknown),
  }));
}

async function readHeld(context: OracleContext): Promise<readonly HeldRow[]> {
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
