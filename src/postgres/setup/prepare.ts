/** Carries out what is missing, statement by statement; each may be the last one before the process ends. */
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { SetupOptions } from '../../ports/sql-side.js';
import type { PostgresContext } from '../context.js';
import { missingSteps, type Step } from './desired.js';
import { teardownSteps } from './teardown.js';

export async function prepare(context: PostgresContext, options: SetupOptions): Promise<void> {
  await carryOut(context, await missingSteps(context), options);
}

export async function teardown(context: PostgresContext, options: SetupOptions): Promise<void> {
  await carryOut(context, await teardownSteps(context), options);
}

async function carryOut(context: PostgresContext, steps: readonly Step[], options: SetupOptions): Promise<void> {
  for (const step of steps) {
    options.onStatement(step.statement);
    if (options.dryRun) continue;
    try {
      await context.reads.query({ text: step.statement, once: true });
    } catch (error) {
      if (step.optional === true && isIsthmusError(error, 'permission_denied')) continue;
      if (isIsthmusError(error, 'permission_denied'))
        throw new IsthmusError('permission_denied', {
          message: error.message,
          remedy: `Let an administrator run: ${step.statement};`,
        });
      throw error;
    }
  }
}
