/** `prepare` and `teardown`: make, or remove, what the sync needs in both databases; each statement is printed. */
import { prepareBoth, type Server, teardownBoth } from '../../app/prepare.js';
import { sqlServer } from '../../config/connection.js';
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

const headings = {
  mongodb: '// MongoDB',
  kafka: '# Kafka',
  debezium: '# Debezium: to be set by you',
} as const;

async function work(both: typeof prepareBoth, options: PrepareOptions, context: Context): Promise<number> {
  const { terminal } = context;
  const { dim, green } = terminal.style;
  const config = readConfig(options, context);
  const headingOf = (side: Server): string => (side === 'sql' ? `-- ${sqlServer(config.sql)}` : headings[side]);
  let last: Server | null = null;
  let printed = 0;
  const onStatement = (side: Server, statement: string): void => {
    if (side !== last) terminal.out(dim(headingOf(side)));
    last = side;
    printed += 1;
    // Ready to be pasted into psql, mongosh or a shell.
    terminal.out(side === 'sql' && !statement.endsWith(';') ? `${statement};` : statement);
  };
  await both(config, {
    dryRun: options.dryRun === true,
    onStatement,
    log: makeLogger(terminal, 'warn'),
  });
  if (printed === 0) terminal.err(`${green('✔')} Nothing to do.`);
  else if (options.dryRun === true) terminal.err(dim('Nothing was changed.'));
  return exit.good;
}
