/** Memory of the sync's process: with a long backlog, through a kill in its middle, and with one huge transaction. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql, changeSqlAtOnce } from './changes.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { SyncProcess } from './process.js';
import { below, type Report, type Row } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 1_200_000;
/** Megabytes, as the issue of it counts. */
const bar = 400;

export async function memory(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const from of options.from) rows.push(...(await backlog(servers, from, options)));
  return reportOf('memory: of the sync’s process, with a backlog', rows);
}

export async function transaction(servers: Servers, options: BenchOptions): Promise<Report> {
  return reportOf('transaction: memory of the sync’s process, with a huge one', [
    await hugeTransaction(servers, options),
  ]);
}

function reportOf(name: string, rows: readonly Row[]): Report {
  const peak = Math.max(...rows.map((row) => row['peak MB'] as number));
  return { name, rows, ratios: [], bars: [below('peak in MB', peak, bar)] };
}

/** A tenth of the records, each changed ten times. */
async function backlog(
  servers: Servers,
  from: Side,
  { quick, count = quick ? 40_000 : 2_000_000, batch, lanes, note }: BenchOptions,
): Promise<Row[]> {
  const versions = 10;
  const rows = count / versions;
  await using world = await openWorld(servers, {
    rows,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  await SyncProcess.startOnce(world.config, limitMs);
  note(`from ${from}: making ${count} changes`);
  const change = from === 'sql' ? changeSql : changeMongo;
  for (let version = 1; version <= versions; version++) await change(world, { rows, version, transaction: 20 });
  const target = otherSide(from);
  note(`from ${from}: the sync, until it is killed`);
  const first = await SyncProcess.start({ kind: 'sync', config: world.config });
  const middle = await watch(first, (status) => status.applied[target] >= rows * versions * middleShare);
  await first.kill();
  note(`from ${from}: the sync after the kill`);
  const second = await SyncProcess.start({ kind: 'sync', config: world.config });
  let settled = false;
  const over = second.settled(limitMs).then((whole) => {
    settled = whole;
  });
  // A reader that waits for its server has nothing pending either: only marks that were read tell the end.
  const end = await watch(second, () => settled);
  await over;
  await second.stop();
  await assertEqual(world);
  const what = `${count} changes from ${from}`;
  return [
    { what: `${what}, until it was killed`, ...middle },
    { what: `${what}, after the kill`, ...end },
  ];
}

/** Applied changes are counted after folding, so this is early rather than late. */
const middleShare = 0.3;

async function hugeTransaction(
  servers: Servers,
  { quick, count = quick ? 50_000 : 1_000_000, batch, lanes, note }: BenchOptions,
): Promise<Row> {
  const rows = Math.min(count, 1_000_000);
  await using world = await openWorld(servers, {
    rows,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  await SyncProcess.startOnce(world.config, limitMs);
  note(`one transaction of ${rows} rows`);
  await changeSqlAtOnce(world, { version: 1 });
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const figures = await watch(sync, (status) => status.applied.mongodb >= rows && status.pending === 0);
  await sync.stop();
  await assertEqual(world);
  return { what: `one transaction of ${rows} rows`, ...figures };
}

type Status = Awaited<ReturnType<SyncProcess['status']>>;

interface Figures extends Row {
  readonly applied: number;
  readonly seconds: number;
  readonly 'peak MB': number;
  readonly 'half-way MB': number;
}

async function watch(sync: SyncProcess, until: (status: Status) => boolean): Promise<Figures> {
  const began = performance.now();
  const samples: number[] = [];
  const last = await waitFor(
    async () => {
      const status = await sync.status();
      samples.push(status.rssBytes);
      return until(status) && status;
    },
    { limitMs, everyMs: 200, what: 'the backlog to cross' },
  );
  return {
    applied: last.applied.sql + last.applied.mongodb,
    seconds: (performance.now() - began) / 1000,
    'peak MB': last.peakBytes / 1e6,
    'half-way MB': (samples[Math.floor(samples.length / 2)] ?? 0) / 1e6,
  };
}
