/** `prepare` and `teardown`: make, or remove, what the sync needs in both databases; each statement is printed. */
import { Command } from 'commander';
import { prepareBoth, teardownBoth } from '../../app/prepare.js';
import type { Side } from '../../model/side.js';
import { type ConfigOptions, type Context, readConfig, withConfig } from '../context.js';
import { exit } from '../exit.js';
import { makeLogger } from '../terminal-logger.js';
import { examples } from './status.js';

export interface PrepareOptions extends ConfigOptions {
  readonly dryRun?: boolean;
}

export function prepareCommand(): Command {
  return withConfig(new Command('prepare'))
    .description('Makes all that the sync needs in both databases, and prints each statement')
    .option('--dry-run', 'print what would be done, and change nothing')
    .addHelpText('after', examples('isthmus prepare --dry-run', 'isthmus prepare -c isthmus.yaml'));
}

export function teardownCommand(): Command {
  return withConfig(new Command('teardown'))
    .description('Removes what `prepare` made and what the sync stored; tables and collections stay')
    .option('--dry-run', 'print what would be done, and change nothing')
    .addHelpText('after', examples('isthmus teardown --dry-run', 'isthmus teardown -c isthmus.yaml'));
}

export const runPrepare = (options: PrepareOptions, context: Context): Promise<number> => work(prepareBoth, options, context);
export const runTeardown = (options: PrepareOptions, context: Context): Promise<number> => work(teardownBoth, options, context);

async function work(both: typeof prepareBoth, options: PrepareOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const { dim, green } = terminal.style;
  let last: Side | null = null;
  let printed = 0;
  const onStatement = (side: Side, statement: string): void => {
    if (side !== last) terminal.out(dim(side === 'sql' ? '-- PostgreSQL' : '// MongoDB'));
    last = side;
    printed += 1;
    terminal.out(statement);
  };
  await both(readConfig(options, context), { dryRun: options.dryRun === true, onStatement, log: makeLogger(terminal, 'warn') });
  if (printed === 0) terminal.err(`${green('✔')} Nothing to do.`);
  else if (options.dryRun === true) terminal.err(dim('Nothing was changed.'));
  return exit.good;
}
