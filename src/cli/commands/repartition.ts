/** `repartition`: divides a sync that stands still among more partitions. */
import { repartition } from '../../app/scale/repartition.js';
import { type ConfigOptions, type Context, readConfig } from '../context.js';
import { exit } from '../exit.js';
import { makeLogger } from '../terminal-logger.js';

export interface RepartitionOptions extends ConfigOptions {
  readonly to: number;
}

export async function runRepartition(options: RepartitionOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const { dim, green } = terminal.style;
  const { to } = options;
  await repartition(readConfig(options, context), {
    to,
    log: makeLogger(terminal, 'warn'),
    onProgress: (told) => terminal.err(dim(told)),
  });
  terminal.out(`${green('✔')} The sync has ${to} partitions.`);
  terminal.out(`Set transport.partitions: ${to} in the configuration of every process, then start them.`);
  return exit.good;
}
