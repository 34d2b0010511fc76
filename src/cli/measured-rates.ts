/** What a running process has counted by table, read off its page for Prometheus. Must not know what the numbers decide. */
import type { MeasuredTable } from '../app/advise.js';
import type { ApiTarget } from './client.js';

const limitMs = 3000;

/** Empty if no process of this name answers: its numbers are welcome, not needed. */
export async function measuredRates(target: ApiTarget, name: string): Promise<ReadonlyMap<string, MeasuredTable>> {
  try {
    const status = (await (await ask(target, '/api/status')).json()) as { readonly name?: unknown };
    return status.name === name ? readRates(await (await ask(target, '/metrics')).text()) : new Map();
  } catch {
    return new Map();
  }
}

async function ask({ url, token }: ApiTarget, path: string): Promise<Response> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(limitMs) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response;
}

const sample = /^isthmus_(changes_applied|conflicts)_total\{(.*)\} ([0-9.e+]+)$/;

/** Each conflict is made of two changes, which were read but not passed on as they were. */
export function readRates(text: string): ReadonlyMap<string, MeasuredTable> {
  const byTable = new Map<string, MeasuredTable>();
  for (const line of text.split('\n')) {
    const [, what, labels = '', number] = sample.exec(line) ?? [];
    const table = labelOf(labels, 'table');
    if (what === undefined || table === null || labelOf(labels, 'operation') === 'insert') continue;
    const { conflicts, changes } = byTable.get(table) ?? { conflicts: 0, changes: 0 };
    const found = Number(number);
    byTable.set(
      table,
      what === 'conflicts'
        ? { conflicts: conflicts + found, changes: changes + 2 * found }
        : { conflicts, changes: changes + found },
    );
  }
  return byTable;
}

function labelOf(labels: string, name: string): string | null {
  const found = new RegExp(`(?:^|,)${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1];
  return found === undefined ? null : found.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}
