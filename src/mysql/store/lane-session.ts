/**
 * The connection of a lane. It holds a named lock as long as it lives, by which a successor finds and ends it: a session
 * has no name of its own here. Must not know what is written.
 */
import type { Connection } from 'mysql2/promise';
import { IsthmusError } from '../../base/errors.js';
import type { MysqlContext } from '../context.js';
import { laneLock, literal } from '../names.js';
import { errorNumber } from '../server-error.js';
import { type Server, Session, submit } from '../session.js';

/** `ignored`: foreign keys are not checked and do not cascade for what we write. Triggers always fire. */
export type ForeignKeys = 'ignored' | 'checked';

/** A process that was stopped in the middle of a transaction must not stall the users of its rows. */
export function transactionLimits(server: Server): Readonly<Record<string, string>> {
  const common = { innodb_lock_wait_timeout: '5', lock_wait_timeout: '5' };
  if (server.mariadb) return { ...common, idle_transaction_timeout: '10', max_statement_time: '60' };
  // MySQL has no limit of a transaction's idleness; this one ends sessions that do nothing at all, which come again.
  return { ...common, wait_timeout: '30' };
}

export function laneSession(context: MysqlContext, lane: number, foreignKeys: ForeignKeys): Session {
  return new Session({
    url: context.url,
    settings: (server) => ({
      ...transactionLimits(server),
      ...(foreignKeys === 'ignored' ? { foreign_key_checks: '0' } : {}),
    }),
    prepare: (client) => ownLane(client, context, lane),
  });
}

const ownLimitMs = 30_000;
const pauseMs = 20;

/**
 * Whoever has the lane's lock is either our own session of before, whose end the server has not noticed, or another process.
 * Where that one is newer this throws `fenced`; otherwise it is ended.
 */
async function ownLane(client: Connection, context: MysqlContext, lane: number): Promise<void> {
  const lock = literal(laneLock(context.name, lane));
  const giveUpAt = context.clock.now() + ownLimitMs;
  for (;;) {
    const got = await submit(client, `select get_lock(${lock}, 0)`);
    if (got.rows[0]?.[0] === '1') return;
    await context.fence.check();
    await endHolder(client, lock);
    if (context.clock.now() > giveUpAt)
      throw new IsthmusError('transient', { message: `The session that holds lane ${lane} does not end.` });
    await context.clock.sleep(pauseMs);
  }
}

/** Whether anybody held it. `lock` is a literal. */
async function endHolder(client: Connection, lock: string): Promise<boolean> {
  const holder = (await submit(client, `select is_used_lock(${lock})`)).rows[0]?.[0] ?? null;
  if (holder === null) return false;
  try {
    await submit(client, `kill ${Number(holder)}`);
  } catch (error) {
    // It has ended by itself.
    if (errorNumber(error) !== 1094) throw error;
  }
  return true;
}

/** Ends the sessions of lanes, whoever has them, and resolves when they are gone. */
export async function endLanes(context: MysqlContext, lanes: readonly number[]): Promise<void> {
  const client = await context.reads.client();
  const giveUpAt = context.clock.now() + ownLimitMs;
  for (const lane of lanes) {
    const lock = literal(laneLock(context.name, lane));
    while (await endHolder(client, lock)) {
      if (context.clock.now() > giveUpAt)
        throw new IsthmusError('transient', { message: `The session that holds lane ${lane} does not end.` });
      await context.clock.sleep(pauseMs);
    }
  }
}
