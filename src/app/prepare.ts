/** Makes, or removes, what the sync needs in both databases. */
import { systemClock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/schema.js';
import type { KafkaTransport } from '../kafka/open.js';
import type { Side } from '../model/side.js';
import { readMapping } from './read-schema.js';
import { connectorStatement, isDebezium } from './scale/open-debezium.js';
import { openTransport } from './scale/open-kafka.js';
import { type OpenSides, openSides } from './sides.js';

/** Of whom statements are told; a connector's are for the operator to carry out. */
export type Server = Side | 'kafka' | 'debezium';

export interface PrepareOptions {
  /** Tell the statements, run none. */
  readonly dryRun: boolean;
  readonly onStatement: (server: Server, statement: string) => void;
  readonly log: Logger;
}

export async function prepareBoth(config: Config, options: PrepareOptions): Promise<void> {
  await withSides(config, options, async (sides, transport) => {
    await transport?.prepare({ ...options, onStatement: (statement) => options.onStatement('kafka', statement) });
    await prepareSides(sides, options);
    if (isDebezium(config)) options.onStatement('debezium', connectorStatement(config, sides.entities));
  });
}

export async function teardownBoth(config: Config, options: PrepareOptions): Promise<void> {
  await withSides(config, options, async ({ sql, mongodb }, transport) => {
    await sql.teardown(telling('sql', options));
    await mongodb.teardown(telling('mongodb', options));
    await transport?.teardown({ ...options, onStatement: (statement) => options.onStatement('kafka', statement) });
  });
}

/** MongoDB first: its before-images must be on before the first change of ours or of PostgreSQL's users crosses. */
export async function prepareSides({ sql, mongodb }: OpenSides, options: SidesOptions): Promise<void> {
  await mongodb.prepare(telling('mongodb', options));
  await sql.prepare(telling('sql', options));
}

interface SidesOptions {
  readonly dryRun: boolean;
  readonly onStatement: (side: Side, statement: string) => void;
}

function telling(side: Side, { dryRun, onStatement }: SidesOptions) {
  return { dryRun, onStatement: (statement: string) => onStatement(side, statement) };
}

async function withSides(
  config: Config,
  { log }: PrepareOptions,
  work: (sides: OpenSides, transport: KafkaTransport | null) => Promise<void>,
): Promise<void> {
  const deps = { log, clock: systemClock };
  const sides = await openSides(config, await readMapping(config, { log }), deps);
  try {
    await work(sides, await openTransport(config, { entities: sides.entities, ...deps }));
  } finally {
    await sides.close();
  }
}
