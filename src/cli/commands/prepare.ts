/** `prepare` and `teardown`: make, or remove, what the sync needs in both databases; each statement is printed. */
import { prepareBoth, teardownBoth } from '../../app/prepare.js';
import type { Side } from '../../model/side.js';
import { type ConfigOptions, type Context, readConfig } from '../context.js';
import { exit } from '../exit.js';
import { makeLogger } from '../terminal-logger.js';

export interface PrepareOptions extends ConfigOptions {
  readonly dryRun?: boolean;
}

export const runPrepare = (options: PrepareOptions, context: Context): Promise<number> =>
  work(prepareBoth, options, context);

export async function runTeardown(options: PrepareOptions, context: Context): Promise<number> {
  const code = await work(teardownBoth, options, context);
  const { err, style } = context.terminal;
  err(style.dim('MongoDB keeps our collections, emptied: other syncs may share them (docs/runbook.md).'));
  return code;
}

async function work(both: typeof prepareBoth, options: PrepareOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const { dim, green } = terminal.style;
  let last: Side | null = null;
  let printed = 0;
  const onStatement = (side: Side, statement: string): void => {
    if (side !== last) terminal.out(dim(side === 'sql' ? '-- PostgreSQL' : '// MongoDB'));
    last = side;
    printed += 1;
    // Ready to be pasted into psql or mongosh.
    terminal.out(side === 'sql' && !statement.endsWith(';') ? `${statement};` : statement);
  };
  await both(readConfig(options, context), {
    dryRun: options.dryRun === true,
    onStatement,
    log: makeLogger(terminal, 'warn'),
  });
  if (printed === 0) terminal.err(`${green('✔')} Nothing to do.`);
  else if (options.dryRun === true) terminal.err(dim('Nothing was changed.'));
  return exit.good;
}
