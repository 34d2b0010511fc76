/** A configuration from a file or from code: parsed, expanded, validated, secrets read. The only reader of its files. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve as resolvePath } from 'node:path';
import { IsthmusError } from '../base/errors.js';
import { unavailable } from './availability.js';
import { moduleProblems, resolveModules } from './module-paths.js';
import { parseConfig } from './parse.js';
import { type Problem, problemsError } from './problem.js';
import { type Config, secretPaths } from './schema.js';
import { lineOf, type Source, validate } from './validate.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What code may hand to `start`: the same keys as the file, everything with a default may be left out. */
export type ConfigInput = DeepPartial<Config>;
type DeepPartial<T> = T extends readonly (infer E)[]
  ? readonly DeepPartial<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

export function loadConfig(path: string, env: Environment = process.env): Config {
  return readConfigText(readText(path), { name: path, folder: dirname(path) }, env);
}

export function readConfigText(
  text: string,
  file: { readonly name: string; readonly folder: string },
  env: Environment,
): Config {
  const parsed = parseConfig(text, env);
  const failure = problemsError(file.name, parsed.problems);
  if (failure !== null) throw failure;
  return finish(parsed.data, parsed, file);
}

/** The same rules for a configuration that code made; environment expressions are not expanded there. */
export function configFrom(input: ConfigInput): Config {
  return finish(
    structuredClone(input),
    { lines: new Map(), expanded: new Set() },
    { name: 'configuration', folder: process.cwd() },
  );
}

function finish(data: unknown, source: Source, file: { readonly name: string; readonly folder: string }): Config {
  const validated = validate(data, source);
  const fail = (problems: readonly Problem[]): void => {
    const failure = problemsError(file.name, problems);
    if (failure !== null) throw failure;
  };
  fail(validated.problems);
  const config = validated.config as Config;
  fail([...unavailable(config, source), ...repeated(config, source), ...moduleProblems(config, source)]);
  resolveModules(config, file.folder);
  const problems: Problem[] = [];
  readSecrets(config, file.folder, (path, text) => problems.push({ path, line: lineOf(path, source), text }));
  fail(problems);
  fail(badUrls(config, source));
  return config;
}

function repeated(config: Config, source: Source): Problem[] {
  const seen = new Map<string, number>();
  return config.entities.flatMap(({ table }, index) => {
    const path = `entities.${index}.table`;
    const first = seen.get(table);
    if (first === undefined) seen.set(table, index);
    return first === undefined ? [] : [{ path, line: lineOf(path, source), text: `names ${table} a second time` }];
  });
}

function readSecrets(config: Config, folder: string, refuse: (path: string, text: string) => void): void {
  for (const path of secretPaths) {
    const names = path.split('.');
    const key = names.pop() as string;
    const parent = names.reduce<unknown>(
      (at, name) => (at as Record<string, unknown> | null)?.[name],
      config,
    ) as Record<string, unknown> | null;
    const value = parent?.[key];
    if (typeof value !== 'string' || !value.startsWith('file:')) continue;
    const name = value.slice('file:'.length);
    try {
      (parent as Record<string, unknown>)[key] = readFileSync(
        isAbsolute(name) ? name : resolvePath(folder, name),
        'utf8',
      ).trim();
    } catch (error) {
      refuse(
        path,
        `names the file ${name}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      );
    }
  }
}

/** Names the key only: a URL holds a password. */
function badUrls(config: Config, source: Source): Problem[] {
  const expected = [
    ['sql.url', config.sql.url, /^(postgres(ql)?|mysql|mariadb|oracle):\/\/./, 'postgres://user@host:5432/database'],
    ['mongodb.url', config.mongodb.url, /^mongodb(\+srv)?:\/\/./, 'mongodb://host:27017/?replicaSet=rs0'],
  ] as const;
  const problems: Problem[] = expected
    .filter(([, url, form]) => !form.test(url))
    .map(([path, , , example]) => ({
      path,
      line: lineOf(path, source),
      text: `is not a connection URL like ${example}`,
    }));
  return [...problems, ...badWebhook(config, source)];
}

function badWebhook({ alerts }: Config, source: Source): Problem[] {
  const path = 'alerts.webhook';
  if (alerts.webhook === null || (/^https?:\/\/./.test(alerts.webhook) && URL.canParse(alerts.webhook))) return [];
  return [{ path, line: lineOf(path, source), text: 'is not a URL like https://chat.example.com/hooks/isthmus' }];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new IsthmusError('configuration_invalid', {
      message: `${path} cannot be read (${code})`,
      remedy: 'Name the file with -c FILE, or write one with `isthmus init --sql URL --mongodb URL`.',
      cause: error,
    });
  }
}
