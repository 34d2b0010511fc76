/** `conflicts stats`: the numbers of all conflicts, asked of a running process. */
import type { SyncNumbers } from '../../app/sync.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Run } from '../context.js';
import { exit } from '../exit.js';
import { count, duration, table } from '../format.js';
import { plain, type Style } from '../terminal.js';

export const runStats: Run<ApiOptions> = async (options, context) => {
  const numbers = (await askApi(apiTarget(options, context), 'GET', '/api/metrics')) as SyncNumbers;
  const { conflictRate, autoResolutionRate, manualResolutionPending, conflicts } = numbers;
  const { terminal } = context;
  if (options.json === true)
    terminal.out(JSON.stringify({ ...conflicts, conflictRate, autoResolutionRate, manualResolutionPending }, null, 2));
  else for (const line of statsLines(numbers, terminal.style)) terminal.out(line);
  return exit.good;
};

export function statsLines({ conflicts, conflictRate, autoResolutionRate }: SyncNumbers, style: Style): string[] {
  const { total, last24h, pendingManual, avgResolutionMs, byTable, byKind, byStrategy } = conflicts;
  const waiting = pendingManual === 0 ? count(0) : style.yellow(count(pendingManual));
  const facts: readonly (readonly [string, string])[] = [
    ['conflicts', count(total)],
    ['in the last 24 h', count(last24h)],
    ['waiting for a person', waiting],
    ['conflicts / changes, last hour', percent(conflictRate)],
    ['decided without a person', percent(autoResolutionRate)],
    ['mean time until both sides agree', avgResolutionMs === null ? '–' : duration(Math.round(avgResolutionMs))],
  ];
  const widest = Math.max(...facts.map(([, fact]) => plain(fact).length));
  const head = table(facts.map(([name, fact]) => [name, ' '.repeat(widest - plain(fact).length) + fact]));
  if (total === 0) return head;
  return [...head, ...group('table', byTable), ...group('kind', byKind), ...group('strategy', byStrategy)];
}

/** The largest first; what never occurred is left out. */
function group(title: string, numbers: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(numbers)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a);
  return ['', ...table([[title, 'conflicts'], ...rows])];
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString('en', { maximumFractionDigits: share > 0 && share < 0.001 ? 4 : 2 })} %`;
}
