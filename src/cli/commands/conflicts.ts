/** `conflicts list` and `conflicts show ID`: ask a running process. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { conflictKinds } from '../../model/conflict.js';
import { askApi } from '../client.js';
import { type ApiOptions, type Context, apiTarget, withApi, withJson } from '../context.js';
import { table } from '../format.js';
import { examples } from './status.js';

export interface ListOptions extends ApiOptions {
  readonly state?: string;
  readonly table?: string;
  readonly kind?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export function listCommand(): Command {
  return withJson(withApi(new Command('list')))
    .description('Conflicts, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(['pending', 'propagating', 'resolved', 'superseded']))
    .addOption(new Option('--kind <kind>', 'only these').choices([...conflictKinds]))
    .option('--table <table>', 'only of this table')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .addHelpText('after', examples('isthmus conflicts list --state pending', 'isthmus conflicts list --table public.users --json'));
}

export function showCommand(): Command {
  return withJson(withApi(new Command('show')))
    .argument('<id>', 'the conflict’s id')
    .description('A conflict with both versions and the ancestor')
    .addHelpText('after', examples('isthmus conflicts show 0198c1…'));
}

interface Page {
  readonly conflicts: readonly Readonly<Record<string, unknown>>[];
  readonly cursor: string | null;
}

export async function runList(options: ListOptions, context: Context): Promise<number> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  for (const name of ['state', 'table', 'kind', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const page = (await askApi(apiTarget(options, context), 'GET', `/api/conflicts?${query}`)) as Page;
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(page, null, 2));
  else if (page.conflicts.length === 0) terminal.out('No conflicts.');
  else for (const line of listLines(page)) terminal.out(line);
  return 0;
}

function listLines(page: Page): string[] {
  const names = ['conflictId', 'table', 'key', 'kind', 'state', 'resolution', 'strategy'] as const;
  const rows = page.conflicts.map((conflict) => names.map((name) => cell(conflict[name])));
  const more = page.cursor === null ? [] : ['', `more: --cursor ${page.cursor}`];
  return [...table([[...names], ...rows]), ...more];
}

function cell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}

export async function runShow(id: string, options: ApiOptions, context: Context): Promise<number> {
  const conflict = await askApi(apiTarget(options, context), 'GET', `/api/conflicts/${encodeURIComponent(id)}`);
  context.terminal.out(JSON.stringify(conflict, null, 2));
  return 0;
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
