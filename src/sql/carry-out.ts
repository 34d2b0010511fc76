/** Carries out what is missing, statement by statement; each may be the last one before the process ends. Must not know what they do. */
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { SetupOptions } from '../ports/sql-side.js';

export async function carryOut(
  steps: readonly string[],
  run: (statement: string) => Promise<unknown>,
  { dryRun, onStatement }: SetupOptions,
): Promise<void> {
  for (const step of steps) {
    onStatement(step);
    if (dryRun) continue;
    try {
      await run(step);
    } catch (error) {
      if (!isIsthmusError(error, 'permission_denied')) throw error;
      throw new IsthmusError('permission_denied', {
        message: error.message,
        remedy: `Let an administrator run: ${step};`,
      });
    }
  }
}
