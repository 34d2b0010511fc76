/** Makes what a sync needs in MariaDB, and removes it. Must not know what that is. */
import type { SetupOptions } from '../../ports/sql-side.js';
import { carryOut } from '../../sql/carry-out.js';
import type { MysqlContext } from '../context.js';
import { missingSteps, teardownSteps } from './desired.js';

export async function prepare(context: MysqlContext, options: SetupOptions): Promise<void> {
  await carryOut(await missingSteps(context), (step) => context.reads.query(step, { once: true }), options);
}

export async function teardown(context: MysqlContext, options: SetupOptions): Promise<void> {
  await carryOut(await teardownSteps(context), (step) => context.reads.query(step, { once: true }), options);
}
