/** `compare`: asks a running process to compare both sides, or does it itself where none runs; shows what differs. */
import type { Comparison, ComparisonDetail, ComparisonRequest } from '../../app/compare/comparison.js';
import { ensureAlone } from '../../app/compare/ensure-alone.js';
import { compose } from '../../app/compose.js';
import { quietConfig } from '../../app/quiet-config.js';
import type { Sync, SyncStatus } from '../../app/sync.js';
import { systemClock } from '../../base/clock.js';
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import type { RepairUse } from '../../ports/comparison-store.js';
import { type ApiTarget, askApi } from '../client.js';
import { comparisonLines, progressLine } from '../comparison-text.js';
import { type ApiOptions, apiTarget, type Context, readConfig } from '../context.js';
import { exit } from '../exit.js';
import { makeLogger } from '../terminal-logger.js';

export interface CompareOptions extends ApiOptions {
  readonly entity?: readonly string[];
  readonly sample?: number;
  readonly repair?: RepairUse;
  readonly dryRun?: boolean;
  readonly by?: string;
}

/** Whoever compares: a process that is asked, or this one. */
interface Comparer {
  start(request: ComparisonRequest): Promise<Comparison>;
  get(id: string): Promise<ComparisonDetail>;
  cancel(id: string): Promise<unknown>;
  end(): Promise<void>;
}

const everyMs = 300;
/** Differences that are shown. */
const shown = 20;
const settleMs = 600_000;

export async function runCompare(options: CompareOptions, context: Context): Promise<number> {
  const comparer = await comparerFor(options, context);
  try {
    const { entity, sample, repair, dryRun } = options;
    const by = options.by ?? context.env['USER'] ?? 'cli';
    const { id } = await comparer.start({
      by,
      ...(entity === undefined ? {} : { entities: entity }),
      ...(sample === undefined ? {} : { sample }),
      ...(repair === undefined ? {} : { repair }),
      ...(dryRun === undefined ? {} : { dryRun }),
    });
    const result = await finished(comparer, id, context);
    const { terminal } = context;
    if (options.json === true) terminal.out(JSON.stringify(result, null, 2));
    else for (const line of comparisonLines(result, terminal.style, terminal.width)) terminal.out(line);
    if (result.state === 'failed') {
      terminal.err(`${result.error?.code ?? 'failed'}: ${result.error?.message ?? ''}`);
      return exit.no;
    }
    return result.different > result.repaired ? exit.no : exit.good;
  } finally {
    await comparer.end();
  }
}

async function finished(comparer: Comparer, id: string, { terminal, stopping }: Context): Promise<ComparisonDetail> {
  for (;;) {
    const now = await comparer.get(id);
    if (now.state === 'done' || now.state === 'failed') {
      terminal.draw([]);
      return now;
    }
    terminal.draw([progressLine(now, terminal.style, terminal.columns)]);
    if (stopping.aborted) await comparer.cancel(id);
    await systemClock.sleep(everyMs);
  }
}

/** The process that runs, if one answers; else, if none holds the sync, this one. */
async function comparerFor(options: CompareOptions, context: Context): Promise<Comparer> {
  const target = apiTarget(options, context);
  try {
    const { state } = (await askApi(target, 'GET', '/api/status')) as SyncStatus;
    if (state === 'paused')
      context.terminal.err(
        'The sync is paused: the comparison waits until `isthmus resume`, or `isthmus phase approve`.',
      );
    return asked(target);
  } catch (error) {
    if (options.url !== undefined || !isIsthmusError(error, 'api_unreachable')) throw error;
  }
  return alone(options, context);
}

function asked(target: ApiTarget): Comparer {
  return {
    start: async (request) => (await askApi(target, 'POST', '/api/comparisons', request)) as Comparison,
    get: async (id) => (await askApi(target, 'GET', `/api/comparisons/${id}?limit=${shown}`)) as ComparisonDetail,
    cancel: (id) => askApi(target, 'POST', `/api/comparisons/${id}/cancel`, {}),
    end: () => Promise.resolve(),
  };
}

/** Brings both sides in step first, as `isthmus run` would. */
async function alone(options: CompareOptions, context: Context): Promise<Comparer> {
  const config = readConfig(options, context);
  const log = makeLogger(context.terminal, 'error');
  await ensureAlone(config, log);
  // Whoever asks reads the answer: nothing is done about it but what he asks for.
  const sync = await compose(quietConfig(config), { log, levels: false });
  try {
    await mustSettle(sync);
  } catch (error) {
    await sync.stop();
    throw error;
  }
  return {
    start: (request) => sync.comparisons.start(request),
    get: (id) => sync.comparisons.get(id, { limit: shown }),
    cancel: (id) => sync.comparisons.cancel(id),
    end: () => sync.stop(),
  };
}

async function mustSettle(sync: Sync): Promise<void> {
  if (sync.status().state === 'paused')
    throw new IsthmusError('phase_refused', {
      message: `Rollback level ${sync.status().rollbackLevel} waits for an approval, and nothing is compared or written until then.`,
      remedy: 'Start `isthmus run`, look at `isthmus phase`, then `isthmus phase approve`.',
    });
  if (!(await sync.settled(settleMs)))
    throw new IsthmusError('transient', { message: 'The sync did not come to what is written now within 10 minutes.' });
}
