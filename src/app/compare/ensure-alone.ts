/** Refuses to take a sync over from a process that runs it: whoever starts another one fences the first. */
import { systemClock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Config } from '../../config/schema.js';
import { openSql } from '../sql-server.js';

/** Throws `in_use`. */
export async function ensureAlone(config: Config, log: Logger): Promise<void> {
  const { name } = config;
  const sql = await openSql(config, { name, entities: new Map(), log, clock: systemClock });
  try {
    if (await sql.inUse()) throw new IsthmusError('in_use', { message: `Another process runs the sync ${name}.` });
  } finally {
    await sql.close();
  }
}
