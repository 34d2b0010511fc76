/** `conflicts resolve`: a person's decision, sent to a running process. */
import { readFileSync } from 'node:fs';
import type { DecisionCounts } from '../../app/sync.js';
import { IsthmusError } from '../../base/errors.js';
import { type ApiTarget, askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { plural } from '../format.js';
import { mustBeSynced } from '../synced-table.js';
import { userName } from '../user-name.js';

export interface ResolveOptions extends ApiOptions {
  readonly use?: 'sql' | 'mongodb' | 'base';
  readonly value?: string;
  readonly seen?: string;
  readonly all?: boolean;
  readonly table?: string;
  readonly kind?: string;
  readonly by?: string;
}

/** Thousands are decided in a second; this many milliseconds are for a very long queue. */
const allMs = 600_000;

export async function runResolve(id: string | null, options: ResolveOptions, context: Context): Promise<number> {
  checkUsage(id, options);
  const target = apiTarget(options, context);
  const by = options.by ?? userName();
  return id === null
    ? resolveAll(target, { ...options, by }, context)
    : resolveOne(target, id, { ...options, by, context });
}

function checkUsage(id: string | null, { all, use, value, table, kind, seen }: ResolveOptions): void {
  const wrong = (message: string): IsthmusError => new IsthmusError('usage', { message });
  if (id === null && all !== true) throw wrong('Name a conflict’s id, or --all.');
  if (id !== null && all === true) throw wrong('Name an id or --all, not both.');
  if (use === undefined && value === undefined) throw wrong('Say which version shall stand: --use or --value.');
  if (use !== undefined && value !== undefined) throw wrong('Say --use or --value, not both.');
  if (all === true && (value !== undefined || seen !== undefined))
    throw wrong('--all takes --use only: a value and what was seen belong to one conflict.');
  if (all !== true && (table !== undefined || kind !== undefined)) throw wrong('--table and --kind go with --all.');
}

async function resolveOne(
  target: ApiTarget,
  id: string,
  { by, context, seen, ...options }: ResolveOptions & { readonly by: string; readonly context: Context },
): Promise<number> {
  const path = `/api/conflicts/${encodeURIComponent(id)}`;
  const shown = (await askApi(target, 'GET', path)) as { readonly seen?: string | null };
  const decision =
    options.value === undefined ? { use: options.use } : { use: 'value', value: readValue(options.value) };
  const body = { ...decision, by, seen: seen ?? shown.seen ?? 'closed' };
  const conflict = (await askApi(target, 'POST', `${path}/resolution`, body)) as Readonly<Record<string, unknown>>;
  if (options.json === true) context.terminal.out(JSON.stringify(conflict, null, 2));
  else context.terminal.out(`${id} is ${String(conflict['state'])}: ${String(conflict['resolution'])}, by ${by}.`);
  return exit.good;
}

async function resolveAll(
  target: ApiTarget,
  { use, table, kind, by, json }: ResolveOptions & { readonly by: string },
  { terminal }: Context,
): Promise<number> {
  const body = { use, by, ...(table === undefined ? {} : { table }), ...(kind === undefined ? {} : { kind }) };
  const counts = (await askApi(
    { ...target, limitMs: allMs },
    'POST',
    '/api/conflicts/resolution',
    body,
  )) as DecisionCounts;
  const left = counts.moved + counts.refused + counts.unknown;
  if (left === 0 && counts.decided === 0 && table !== undefined) await mustBeSynced(target, table);
  if (json === true) terminal.out(JSON.stringify(counts, null, 2));
  else {
    terminal.out(`${plural(counts.decided, 'conflict')} decided, by ${by}.`);
    if (counts.moved > 0) terminal.out(`${plural(counts.moved, 'record')} moved meanwhile and wait again.`);
    if (counts.refused > 0)
      terminal.out(`${plural(counts.refused, 'version')} cannot stand on the other side: still waiting.`);
    if (counts.unknown > 0)
      terminal.out(`${plural(counts.unknown, 'outcome')} not known in time: see \`conflicts list\`.`);
  }
  return left === 0 ? exit.good : exit.no;
}

function readValue(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new IsthmusError('usage', { message: `--value ${file}: ${why}.`, cause: error });
  }
}
