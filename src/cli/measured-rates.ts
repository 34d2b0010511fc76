/** What a running process has counted by table, read off its page for Prometheus. Must not know what the numbers decide. */
import type { MeasuredTable } from '../app/advise/advise.js';
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

export function readRates(text: string): ReadonlyMap<string, MeasuredTable> {
  const totals = new Map<string, { applied: number; conflicts: number }>();
  for (const line of text.split('\n')) {
    const [, what, labels = '', number] = sample.exec(line) ?? [];
    const table = labelOf(labels, 'table');
    if (what === undefined || table === null || labelOf(labels, 'operation') === 'insert') continue;
    const total = totals.get(table) ?? { applied: 0, conflicts: 0 };
    total[what === 'conflicts' ? 'conflicts' : 'applied'] += Number(number);
    totals.set(table, total);
  }
  // A conflict is made of two changes; what is written for its decision stands for them, but not while it waits.
  const measured = ({ applied, conflicts }: { applied: number; conflicts: number }): MeasuredTable => ({
    conflicts,
    changes: Math.max(applied, 2 * conflicts),
  });
  return new Map([...totals].map(([table, total]) => [table, measured(total)]));
}

function labelOf(labels: string, name: string): string | null {
  const found = new RegExp(`(?:^|,)${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1];
  return found === undefined ? null : found.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}
