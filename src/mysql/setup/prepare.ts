/** Carries out what is missing, statement by statement; each may be the last one before the process ends. */
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { SetupOptions } from '../../ports/sql-side.js';
import type { MysqlContext } from '../context.js';
import { missingSteps, teardownSteps } from './desired.js';

export async function prepare(context: MysqlContext, options: SetupOptions): Promise<void> {
  await carryOut(context, await missingSteps(context), options);
}

export async function teardown(context: MysqlContext, options: SetupOptions): Promise<void> {
  await carryOut(context, await teardownSteps(context), options);
}

async function carryOut(context: MysqlContext, steps: readonly string[], options: SetupOptions): Promise<void> {
  for (const step of steps) {
    options.onStatement(step);
    if (options.dryRun) continue;
    try {
      await context.reads.query(step, { once: true });
    } catch (error) {
      if (!isIsthmusError(error, 'permission_denied')) throw error;
      throw new IsthmusError('permission_denied', {
        message: error.message,
        remedy: `Let an administrator run: ${step};`,
      });
    }
  }
}
