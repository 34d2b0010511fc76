/** What every command is given, and the options that several commands share. */
import { type Command, Option } from 'commander';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { ApiTarget } from './client.js';
import type { Terminal } from './terminal.js';

export interface Context {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted at SIGINT and SIGTERM. */
  readonly stopping: AbortSignal;
}

/** A command's work; the number is the exit code. */
export type Run<Options> = (options: Options, context: Context) => Promise<number>;

export const defaultFile = 'isthmus.yaml';

export function withConfig(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration', defaultFile);
}

/** `--url` and `--token` spare reading a configuration whose secrets are not at hand. */
export function withApi(command: Command): Command {
  return withConfig(command)
    .addOption(
      new Option('--url <url>', 'address of the running process’ API, instead of a configuration').env('ISTHMUS_URL'),
    )
    .addOption(new Option('--token <token>', 'its token').env('ISTHMUS_TOKEN'));
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON');
}

export interface ConfigOptions {
  readonly config: string;
}

export interface ApiOptions extends ConfigOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function readConfig(options: ConfigOptions, context: Context): Config {
  return loadConfig(options.config, context.env);
}

export function apiTarget(options: ApiOptions, context: Context): ApiTarget {
  if (options.url !== undefined) return { url: options.url, token: options.token ?? '' };
  const { api } = readConfig(options, context);
  // Listening everywhere is no address to call.
  const address = api.listen.replace(/^(0\.0\.0\.0|\[::\]):/, '127.0.0.1:');
  return { url: `http://${address}`, token: options.token ?? api.token };
}
