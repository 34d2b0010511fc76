/** Makes, or removes, what the sync needs in both databases. */
import { systemClock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/schema.js';
import type { Side } from '../model/side.js';
import { readMapping } from './read-schema.js';
import { type OpenSides, openSides } from './sides.js';

export interface PrepareOptions {
  /** Tell the statements, run none. */
  readonly dryRun: boolean;
  readonly onStatement: (side: Side, statement: string) => void;
  readonly log: Logger;
}

export async function prepareBoth(config: Config, options: PrepareOptions): Promise<void> {
  await withSides(config, options, (sides) => prepareSides(sides, options));
}

export async function teardownBoth(config: Config, options: PrepareOptions): Promise<void> {
  await withSides(config, options, async ({ sql, mongodb }) => {
    await sql.teardown(telling('sql', options));
    await mongodb.teardown(telling('mongodb', options));
  });
}

/** MongoDB first: its before-images must be on before the first change of ours or of PostgreSQL's users crosses. */
export async function prepareSides({ sql, mongodb }: OpenSides, options: Omit<PrepareOptions, 'log'>): Promise<void> {
  await mongodb.prepare(telling('mongodb', options));
  await sql.prepare(telling('sql', options));
}

function telling(side: Side, { dryRun, onStatement }: Omit<PrepareOptions, 'log'>) {
  return { dryRun, onStatement: (statement: string) => onStatement(side, statement) };
}

async function withSides(
  config: Config,
  { log }: PrepareOptions,
  work: (sides: OpenSides) => Promise<void>,
): Promise<void> {
  const sides = await openSides(config, await readMapping(config, { log }), { log, clock: systemClock });
  try {
    await work(sides);
  } finally {
    await sides.close();
  }
}
