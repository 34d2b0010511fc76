/** `init`: reads the schema and writes a commented configuration. */
import { existsSync, writeFileSync } from 'node:fs';
import { readAverageBytes } from '../../app/advise/advise.js';
import { readSchema } from '../../app/read-schema.js';
import { writeConfig } from '../../app/write-config.js';
import { IsthmusError } from '../../base/errors.js';
import { isReadByDebezium, sqlServer } from '../../config/connection.js';
import { configFrom } from '../../config/load.js';
import { type Context, defaultFile } from '../context.js';
import { exit } from '../exit.js';
import { plural } from '../format.js';
import { makeLogger } from '../terminal-logger.js';

export interface InitOptions {
  readonly sql: string;
  readonly mongodb: string;
  readonly database?: string;
  readonly name?: string;
  readonly output: string;
  readonly force?: boolean;
}

/** What its log is read through. */
const overDebezium = {
  apply: { atomic: 'record' },
  transport: { kind: 'kafka', brokers: ['localhost:9092'], format: 'debezium' },
} as const;

export async function runInit(options: InitOptions, context: Context): Promise<number> {
  const { terminal } = context;
  if (options.output !== '-' && options.force !== true && existsSync(options.output)) {
    throw new IsthmusError('usage', {
      message: `${options.output} is there already.`,
      remedy: 'Name another file with -o, or overwrite it with --force.',
    });
  }
  const database = options.database ?? databaseOf(options.mongodb);
  const name =
    options.name ??
    database
      .toLowerCase()
      .replaceAll(/[^a-z0-9_]/g, '_')
      .replace(/^[^a-z]+/, '');
  const config = configFrom({
    name: name || 'sync',
    sql: { url: options.sql },
    mongodb: { url: options.mongodb, database },
    entities: [{ table: '*' }],
    ...(isReadByDebezium({ url: options.sql }) ? overDebezium : {}),
  });
  const { tables } = await readSchema(config, { log: makeLogger(terminal, 'error') });
  const averageBytes = await readAverageBytes(config, tables);
  const server = sqlServer(config.sql);
  const written = writeConfig({ server, name: config.name, database, tables, averageBytes });
  if (options.output === '-') terminal.out(written.text.trimEnd());
  else writeFileSync(options.output, written.text, { mode: 0o600 });
  tellNext(written, options, context);
  return exit.good;
}

function tellNext(
  { tables, leftOut }: ReturnType<typeof writeConfig>,
  { output }: InitOptions,
  { terminal }: Context,
): void {
  const { bold, green, yellow } = terminal.style;
  if (output !== '-') terminal.err(`${green('✔')} ${bold(output)}: ${plural(tables, 'table')}`);
  for (const { table, reason } of leftOut) terminal.err(`${yellow('!')} ${table} is left out: ${reason}`);
  if (output !== '-')
    terminal.err(`Set SQL_URL and MONGODB_URL, then: isthmus check${output === defaultFile ? '' : ` -c ${output}`}`);
}

function databaseOf(url: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  if (name !== undefined) return decodeURIComponent(name);
  throw new IsthmusError('usage', {
    message: 'The MongoDB URL names no database.',
    remedy: 'Write mongodb://host/DATABASE, or add --database NAME.',
  });
}
