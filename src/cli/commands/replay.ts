/** `conflicts replay`: what another strategy would have decided, asked of a running process. */
import type { ReplayDifference, ReplayReport } from '../../app/record/replay.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Context } from '../context.js';
import { exit } from '../exit.js';
import { count, keyCell, plural, table, timeOf } from '../format.js';
import type { Style } from '../terminal.js';

export interface ReplayOptions extends ApiOptions {
  readonly strategy: string;
  readonly since?: string;
  readonly table?: string;
  readonly limit: number;
}

/** Many conflicts, or modules of the user's, take their time. */
const limitMs = 120_000;
/** What is beyond is in --json. */
const shownDifferences = 50;

export async function runReplay(options: ReplayOptions, context: Context): Promise<number> {
  const query = new URLSearchParams({ strategy: options.strategy, limit: String(options.limit) });
  if (options.since !== undefined) query.set('since', options.since);
  if (options.table !== undefined) query.set('table', options.table);
  const target = { ...apiTarget(options, context), limitMs };
  const report = (await askApi(target, 'GET', `/api/conflicts/replay?${query}`)) as ReplayReport;
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(report, null, 2));
  else for (const line of replayLines(report, terminal.style)) terminal.out(line);
  return exit.good;
}

export function replayLines(report: ReplayReport, style: Style): string[] {
  const { strategy, replayed, skipped, oldest, more, unfit } = report;
  const name = strategy === 'configured' ? 'the present configuration' : strategy;
  if (oldest === null) return ['No stored conflicts to replay.'];
  const left = skipped === 0 ? '' : `, ${count(skipped)} left out`;
  const since = `the oldest of ${timeOf(oldest)}`;
  const head = `${style.bold(name)} on ${plural(replayed, 'stored conflict')}${left}, ${since}. Nothing was changed.`;
  const counts: [string, number][] = [
    ['the same', report.same],
    ['another value', report.different],
    ['would have waited for a person', report.wouldWait],
    ['waited, would have been decided', report.wouldDecide],
  ];
  return [
    head,
    ...(more ? [style.dim('Older ones were left out: see --limit.')] : []),
    '',
    ...(replayed === 0 ? [] : table(counts)),
    ...unfit.map(({ table: of, reason }) => `${style.yellow('left out')} ${of}: ${withoutTable(reason, of)}`),
    ...differenceLines(report, style),
  ];
}

/** The compiler's words begin with the table. */
function withoutTable(reason: string, of: string): string {
  return reason.startsWith(`${of}: `) ? reason.slice(of.length + 2) : reason;
}

function differenceLines({ differences, different, wouldWait, wouldDecide }: ReplayReport, style: Style): string[] {
  if (differences.length === 0) return [];
  const shown = differences.slice(0, shownDifferences);
  const rows = shown.map((one) => [one.table, keyCell(one.key, 40), one.kind, was(one), would(one), fields(one)]);
  const beyond = different + wouldWait + wouldDecide - shown.length;
  return [
    '',
    ...table([['table', 'key', 'kind', 'was', 'would', 'fields'], ...rows]),
    ...(beyond > 0
      ? [style.dim(`and ${plural(beyond, 'more', 'more')}: --json has the newest 200 with their values`)]
      : []),
  ];
}

function decision({ strategy, resolution }: { readonly strategy: string; readonly resolution: string }): string {
  return `${strategy}: ${resolution}`;
}

/** A person's decision is told from the policy's own: that it would have waited is then no news. */
function was({ was: { strategy, resolution, by } }: ReplayDifference): string {
  return `${decision({ strategy, resolution })}${by === null || by === 'policy' ? '' : ` (${by})`}`;
}

function would({ would: { strategy, resolution, reason } }: ReplayDifference): string {
  return reason === null ? decision({ strategy, resolution }) : `${strategy}: a person`;
}

function fields({ fields: changed }: ReplayDifference): string {
  return changed.map(({ field, rule }) => (rule === null ? field : `${field} (${rule})`)).join(', ');
}
