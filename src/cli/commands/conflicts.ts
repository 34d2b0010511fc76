/** `conflicts list` and `conflicts show ID`: ask a running process. */
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { table } from '../format.js';
import { type ShownConflict, showConflict } from '../show-conflict.js';

export interface ListOptions extends ApiOptions {
  readonly state?: string;
  readonly table?: string;
  readonly kind?: string;
  readonly limit: number;
  readonly cursor?: string;
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
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

export async function runShow(id: string, options: ApiOptions, context: Context): Promise<number> {
  const conflict = await askApi(apiTarget(options, context), 'GET', `/api/conflicts/${encodeURIComponent(id)}`);
  if (options.json === true) context.terminal.out(JSON.stringify(conflict, null, 2));
  else for (const line of showConflict(conflict as ShownConflict)) context.terminal.out(line);
  return 0;
}
