/** `status`, `pause`, `resume`: ask a running process. */
import type { SyncStatus } from '../../app/sync.js';
import { askApi } from '../client.js';
import { type ApiOptions, apiTarget, type Run } from '../context.js';
import { count, duration, table } from '../format.js';
import type { Style } from '../terminal.js';

export const runStatus: Run<ApiOptions> = (options, context) => show('GET', '/api/status', options, context);
export const runPause: Run<ApiOptions> = (options, context) => show('POST', '/api/pause', options, context);
export const runResume: Run<ApiOptions> = (options, context) => show('POST', '/api/resume', options, context);

async function show(
  method: 'GET' | 'POST',
  path: string,
  options: ApiOptions,
  context: Parameters<Run<ApiOptions>>[1],
): Promise<number> {
  const status = (await askApi(apiTarget(options, context), method, path)) as SyncStatus;
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify(status, null, 2));
  else for (const line of statusLines(status, terminal.style)) terminal.out(line);
  return 0;
}

export function statusLines(status: SyncStatus, style: Style): string[] {
  const { links, conflicts } = status;
  const rows = Object.entries(links).map(([name, link]) => [
    name.replace('_to_', ' → '),
    duration(link.lagMs),
    link.pending,
    link.held,
    link.applied,
    duration(link.latency.p50Ms),
    duration(link.latency.p95Ms),
  ]);
  const entities = status.entities.map(({ table: name, collection, load, stopped }) => [
    name,
    collection,
    stopped === null ? load.state : `stopped: ${stopped}`,
    load.rows,
    load.total,
  ]);
  const errors = Object.entries(links).flatMap(([name, { lastError }]) =>
    lastError === null ? [] : [`${style.red(lastError.code)} ${name}: ${lastError.message}`],
  );
  return [
    `${style.bold(status.name)}  ${stateName(status.state, style)}  ${style.dim(status.phase)}`,
    '',
    ...table([['link', 'lag', 'pending', 'held', 'applied', 'p50', 'p95'], ...rows]),
    '',
    ...table([['table', 'collection', 'load', 'rows', 'of'], ...entities]),
    '',
    `conflicts ${count(conflicts.total)}, waiting for a person ${count(conflicts.pending)}, dead letters ${count(status.deadLetters)}`,
    ...errors,
    ...transportLines(status.transport, style),
  ];
}

/** Partitions of all processes; captures are the asked process's own. */
function transportLines(transport: SyncStatus['transport'] | undefined, style: Style): string[] {
  // A process of an older version does not tell.
  if (transport === null || transport === undefined) return [];
  const { partitions, captures, unreadable } = transport;
  const rows = partitions.map(({ partition, owner, state, lagMs, pending, held, waiting }) => [
    partition,
    owner ?? style.red('nobody'),
    state,
    duration(lagMs),
    waiting.sql + waiting.mongodb,
    pending,
    held,
  ]);
  return [
    '',
    ...table([['partition', 'process', 'state', 'lag', 'waiting', 'pending', 'held'], ...rows]),
    ...captures.map(({ side, state, published, lastError }) => {
      const error = lastError === null ? '' : `  ${style.red(lastError.code)}: ${lastError.message}`;
      return `capture of ${side}: ${state}, ${count(published)} changes published${error}`;
    }),
    ...(unreadable === 0 ? [] : [style.red(`${count(unreadable)} messages could not be read: see the runbook`)]),
  ];
}

export function stateName(state: SyncStatus['state'], style: Style): string {
  if (state === 'running') return style.green(state);
  return state === 'failed' ? style.red(state) : style.yellow(state);
}
