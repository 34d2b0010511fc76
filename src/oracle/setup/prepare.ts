/** Makes what a sync needs in Oracle, and removes it. Must not know what that is. */
import type { SetupOptions } from '../../ports/sql-side.js';
import { carryOut } from '../../sql/carry-out.js';
import type { OracleContext } from '../context.js';
import { bound } from '../statement.js';
import { missingSteps, teardownSteps } from './desired.js';

export async function prepare(context: OracleContext, options: SetupOptions): Promise<void> {
  await carryOut(await missingSteps(context), (step) => context.reads.query(bound(step), { once: true }), options);
}

export async function teardown(context: OracleContext, options: SetupOptions): Promise<void> {
  await carryOut(await teardownSteps(context), (step) => context.reads.query(bound(step), { once: true }), options);
}
