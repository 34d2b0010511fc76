/** `demo`: two embedded servers, a shop, writers on both sides that collide, and a sync between them. */
import { type StartedSync, startLoaded } from '../../api/start.js';
import { systemClock } from '../../base/clock.js';
import { IsthmusError, isIsthmusError } from '../../base/errors.js';
import { configFrom } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { openShop, type Shop } from '../../testing/demo/shop.js';
import type { Writers } from '../../testing/demo/shop-writers.js';
import type { Context } from '../context.js';
import { type DemoFacts, isEqual, reportJson, reportLines } from '../demo-report.js';
import { exit } from '../exit.js';
import { count, plural } from '../format.js';
import { LiveView } from '../live-view.js';
import { type Step, step } from '../steps.js';
import { makeLogger } from '../terminal-logger.js';

export interface DemoOptions {
  readonly seconds?: number;
  readonly rows: number;
  readonly port?: number;
  readonly json?: boolean;
  readonly keep?: boolean;
  readonly seed: number;
  readonly rate: number;
  readonly collisions: number;
}

export async function runDemo(options: DemoOptions, context: Context): Promise<number> {
  const { terminal, stopping } = context;
  const { bold, cyan, dim } = terminal.style;
  terminal.err(`\n${bold(' Isthmus')} ${dim('two-way sync of PostgreSQL and MongoDB')}\n`);
  const shop = await step(
    terminal,
    'Starting PostgreSQL and MongoDB, opening a shop',
    ({ note }) => openShop({ rows: options.rows, keep: options.keep === true, onMessage: note }),
    () => 'PostgreSQL and MongoDB are up, the shop’s tables are filled',
  );
  let sync: StartedSync | null = null;
  try {
    if (stopping.aborted) return exit.no;
    sync = await startSync(shop, options, context);
    terminal.err(`${cyan('→')} dashboard and API: ${bold(sync.url)}`);
    const facts = await playShop({ shop, sync, options, context });
    if (facts === null) return exit.no;
    if (options.json === true) terminal.out(JSON.stringify(reportJson(facts), null, 2));
    else for (const line of reportLines(facts, terminal.style)) terminal.out(line);
    return isEqual(facts) ? exit.good : exit.no;
  } finally {
    await sync?.stop();
    await shop.stop();
    if (options.keep === true) terminal.err(`Data kept in ${shop.folders.join(' and ')}`);
  }
}

interface Play {
  readonly shop: Shop;
  readonly sync: StartedSync;
  readonly options: DemoOptions;
  readonly context: Context;
}

/** Null if it was stopped before the writers began. */
async function playShop(play: Play): Promise<DemoFacts | null> {
  const { shop, sync, options, context } = play;
  const { terminal, stopping } = context;
  const failed = new Promise<never>((_, reject) => sync.on('failed', reject));
  failed.catch(() => {});
  const begun = performance.now();
  const load = loadShop(play);
  const loadedRows = await Promise.race([
    step(terminal, 'Loading MongoDB from PostgreSQL', load, (rows) => `Loaded ${plural(rows, 'row')} into MongoDB`),
    failed,
  ]);
  const loadMs = performance.now() - begun;
  if (stopping.aborted) return null;
  const writers = await shop.startWriters({
    seed: options.seed,
    perSecond: options.rate,
    collisionsPerSecond: options.collisions,
  });
  const writingFrom = performance.now();
  try {
    await Promise.race([
      step(terminal, titleOf(options, terminal.live), watchWriters(play, writers), () => 'Both sides took writes'),
      failed,
    ]);
  } finally {
    await writers.stop();
  }
  const writingMs = performance.now() - writingFrom;
  const settling = performance.now();
  const settled = await step(terminal, 'Letting both sides come to rest', () => sync.settled(60_000));
  const settleMs = settled ? performance.now() - settling : null;
  const comparison = await step(terminal, 'Comparing every record', ({ note }) =>
    sync.compare((compared) => note(count(compared))),
  );
  const { conflicts, deadLetters } = sync.status();
  return {
    loadedRows,
    loadMs,
    writing: writers.totals,
    writingMs,
    settleMs,
    counts: sync.counts(),
    pending: conflicts.pending,
    deadLetters,
    comparison,
  };
}

function titleOf({ seconds }: DemoOptions, live: boolean): string {
  const until = seconds === undefined ? (live ? 'Ctrl-C ends it' : 'until SIGTERM') : `${seconds} s`;
  return `Writers on both sides (${until})`;
}

function loadShop({ sync, context: { terminal, stopping } }: Play): (step: Step) => Promise<number> {
  const view = new LiveView(terminal.style);
  return async ({ lines }) => {
    while (!stopping.aborted) {
      const status = sync.status();
      view.update(status, performance.now());
      lines(view.loadLines(terminal.columns));
      if (status.state === 'running') return status.entities.reduce((sum, { load }) => sum + load.rows, 0);
      await systemClock.sleep(100, stopping);
    }
    return 0;
  };
}

function watchWriters(
  { sync, options, context: { terminal, stopping } }: Play,
  writers: Writers,
): (step: Step) => Promise<void> {
  const view = new LiveView(terminal.style);
  const until = options.seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.seconds * 1000;
  return async ({ lines, note }) => {
    while (!stopping.aborted && performance.now() < until) {
      view.update(sync.status(), performance.now());
      const { transactions, collisions } = writers.totals;
      note(`${plural(transactions, 'transaction')}, ${plural(collisions * 2, 'colliding write')}`);
      lines(['', ...view.linkLines(), '', `  ${view.statusLine()}`]);
      await systemClock.sleep(Math.max(1, Math.min(500, until - performance.now())), stopping);
    }
  };
}

/** At port 7070, or another one if that is taken and none was asked for. */
async function startSync(shop: Shop, options: DemoOptions, { terminal }: Context): Promise<StartedSync> {
  const log = makeLogger(terminal, 'warn');
  try {
    return await startLoaded(demoConfig(shop, options.port ?? 7070), { log });
  } catch (error) {
    if (options.port !== undefined || !isIsthmusError(error, 'listen_refused')) throw error;
    return startLoaded(demoConfig(shop, 0), { log });
  }
}

function demoConfig({ sqlUrl, mongodbUrl, database }: Shop, port: number): Config {
  if (port > 65_535)
    throw new IsthmusError('usage', { message: `There is no port ${port}.`, remedy: 'Ports end at 65535.' });
  return configFrom({
    name: 'demo',
    sql: { url: sqlUrl },
    mongodb: { url: mongodbUrl, database },
    entities: [
      {
        table: 'public.users',
        conflict: { strategy: 'merge', fields: { visits: 'counter', tags: 'set', bio: 'text' } },
      },
      { table: 'public.products', conflict: { strategy: 'merge', fields: { stock: 'counter', updated_at: 'max' } } },
      { table: 'public.settings', conflict: { strategy: 'prefer_mongodb' } },
      { table: 'public.*' },
    ],
    api: { listen: `127.0.0.1:${port}` },
  });
}
