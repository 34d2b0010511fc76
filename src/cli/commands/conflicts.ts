/** `conflicts list` and `conflicts show ID`: ask a running process. */
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { keyCell, table, timeOf, wrap } from '../format.js';
import { type ShownConflict, showConflict } from '../show-conflict.js';
import { mustBeSynced } from '../synced-table.js';

export interface ListOptions extends ApiOptions {
  readonly state?: string;
  readonly table?: string;
  readonly kind?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface Listed {
  readonly conflictId: string;
  readonly created_at: string;
  readonly state: string;
  readonly resolution: string;
  readonly kind: string;
  readonly table: string;
  readonly key: unknown;
  readonly strategy: string;
}

interface Page {
  readonly conflicts: readonly Listed[];
  readonly cursor: string | null;
}

export async function runList(options: ListOptions, context: Context): Promise<number> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  for (const name of ['state', 'table', 'kind', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const target = apiTarget(options, context);
  const page = (await askApi(target, 'GET', `/api/conflicts?${query}`)) as Page;
  if (page.conflicts.length === 0 && options.table !== undefined) await mustBeSynced(target, options.table);
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(page, null, 2));
  else if (page.conflicts.length === 0) terminal.out('No conflicts.');
  else for (const line of listLines(page, terminal.width)) terminal.out(line);
  return 0;
}

/** A line each where that fits, else two. */
export function listLines({ conflicts, cursor }: Page, width: number): string[] {
  const head = ['conflictId', 'found', 'outcome', 'kind', 'table', 'key', 'strategy'];
  const rows = conflicts.map((one) => [
    one.conflictId,
    timeOf(one.created_at),
    one.state === 'resolved' ? one.resolution : one.state,
    one.kind,
    one.table,
    keyCell(one.key, 40),
    one.strategy,
  ]);
  const more = cursor === null ? [] : ['', `more: --cursor ${cursor}`];
  const lines = table([head, ...rows]);
  if (lines.every((line) => line.length <= width)) return [...lines, ...more];
  return [...conflicts.flatMap((one, index) => [...twoLines(one, rows[index] ?? [], width)]), ...more];
}

function twoLines({ kind, table: of, strategy }: Listed, row: readonly string[], width: number): string[] {
  const [id = '', found = '', outcome = ''] = row;
  const what = `${kind} of ${of} ${row[5] ?? ''}, ${strategy}`;
  return [`${id}  ${found}  ${outcome}`, ...wrap(what, width - 2).map((line) => `  ${line}`)];
}

export async function runShow(id: string, options: ApiOptions, context: Context): Promise<number> {
  const conflict = await askApi(apiTarget(options, context), 'GET', `/api/conflicts/${encodeURIComponent(id)}`);
  if (options.json === true) context.terminal.out(JSON.stringify(conflict, null, 2));
  else for (const line of showConflict(conflict as ShownConflict, context.terminal.width)) context.terminal.out(line);
  return 0;
}
