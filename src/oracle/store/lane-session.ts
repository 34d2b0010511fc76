/**
 * The connection of a lane. It has a client identifier, by which a successor finds it among the server's sessions. Must not know what is
 * written.
 */
import type { OracleContext } from '../context.js';
import { laneLabel } from '../names.js';
import { asServerError, errorNumber } from '../server-error.js';
import { type Client, type Session, submit } from '../session.js';
import { bound } from '../statement.js';

/** One request: a lock that is waited for longer passes for contention. */
const requestLimitMs = 60_000;

const deferred = bound('alter session set constraints = deferred');

export function laneSession(context: OracleContext, lane: number): Session {
  return context.session({
    label: laneLabel(context.name, lane),
    limitMs: requestLimitMs,
    prepare: async (client) => {
      // Those that may be checked at COMMIT are: the order of a batch is not the users'.
      await submit(client, deferred);
      await context.fence.check();
      await endLane(context, client, lane);
    },
  });
}

/** The user may not look, or not end what was found. */
const notAllowed: ReadonlySet<number> = new Set([942, 1031, 41900]);
/** It has ended by itself, or is ending. */
const endsAlready: ReadonlySet<number> = new Set([26, 30, 31]);

/**
 * Ends the sessions of a lane other than this one. They are looked for and ended as far as the user may (`select` on GV_$SESSION, `alter
 * system`): a write never depends on it, since who is late finds another epoch; only a process that hangs in the middle of a transaction
 * is then waited for.
 */
export async function endLane(context: OracleContext, client: Client, lane: number): Promise<void> {
  const others = bound(
    `select sid, serial#, inst_id from gv$session where client_identifier = :1 and username = user
      and not (sid = sys_context('USERENV', 'SID') and inst_id = sys_context('USERENV', 'INSTANCE'))`,
    [['text', laneLabel(context.name, lane)]],
  );
  const found = await ifAllowed(context, () => submit(client, others));
  for (const [sid, serial, instance] of found?.rows ?? []) {
    const which = [sid, serial].map(Number).join(',');
    const end = bound(`alter system kill session '${which},@${Number(instance)}' immediate`);
    await ifAllowed(context, () => submit(client, end));
  }
}

async function ifAllowed<T>(context: OracleContext, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    const number = errorNumber(error) ?? 0;
    if (endsAlready.has(number)) return null;
    if (!notAllowed.has(number)) throw error;
    context.log.debug(
      { reason: asServerError(error).message.split('\n', 1)[0] },
      'sessions of ours are not looked for',
    );
    return null;
  }
}
