/**
 * How speed falls with the number of records that there are: loading all of them, carrying changes that lie scattered among
 * them, comparing all. Measured up to what a machine fills in minutes; what follows for more is extrapolated, and says so.
 */
import { waitFor } from '../src/testing/wait-for.js';
import { changeSql } from './changes.js';
import { mongoSpan } from './commit-times.js';
import type { BenchOptions } from './options.js';
import { runJob, SyncProcess } from './process.js';
import type { Ratio, Report, Row } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 1_800_000;
const measuredRecords = [100_000, 300_000, 1_000_000];
const quickRecords = [10_000, 30_000];
const foreseenRecords = [10_000_000, 100_000_000];
const speeds = ['load rows/s', 'stream rows/s', 'compare rows/s'] as const;

type Speeds = Readonly<Record<(typeof speeds)[number], number>>;

export async function growth(servers: Servers, options: BenchOptions): Promise<Report> {
  const measured: { readonly records: number; readonly speeds: Speeds }[] = [];
  const rows: Row[] = [];
  for (const records of options.quick ? quickRecords : measuredRecords) {
    options.note(`growth: ${records.toLocaleString('en')} records`);
    const { peakMb, ...found } = await withRecords(servers, records, options);
    measured.push({ records, speeds: found });
    rows.push({ records, how: 'measured', ...found, 'peak MB': peakMb });
  }
  for (const records of foreseenRecords)
    rows.push({
      records,
      how: 'extrapolated',
      ...Object.fromEntries(
        speeds.map((speed) => [
          speed,
          foreseen(
            measured.map((one) => [one.records, one.speeds[speed]]),
            records,
          ),
        ]),
      ),
    });
  const [least, most] = [measured[0], measured.at(-1)];
  const ratios = speeds.map(
    (speed): Ratio => ({
      what: `${speed} with the most records against the fewest`,
      value: Number(most?.speeds[speed]) / Number(least?.speeds[speed]),
      better: 'more',
    }),
  );
  return { name: 'growth: rows a second by records that there are', rows, bars: [], ratios };
}

async function withRecords(
  servers: Servers,
  records: number,
  { quick, count = quick ? 5_000 : 50_000, batch, lanes }: BenchOptions,
): Promise<Speeds & { readonly peakMb: number }> {
  await using world = await openWorld(servers, {
    rows: records,
    filled: ['sql'],
    config: { initial: 'sql', apply: { batch, lanes } },
  });
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const began = performance.now();
  await waitFor(async () => !(await sync.status()).loading, { limitMs, everyMs: 20, what: 'the load to end' });
  const loadSeconds = (performance.now() - began) / 1000;
  await sync.settled(limitMs);
  // The same process goes on, so that the beginning of another one is not measured.
  await sync.pause();
  const before = (await sync.status()).applied.mongodb;
  await changeSql(world, { rows: records, version: 1, count });
  const sinceMs = Date.now();
  await sync.resume();
  await waitFor(async () => (await sync.status()).applied.mongodb - before >= count, {
    limitMs,
    everyMs: 200,
    what: 'all changes to cross',
  });
  const { perSecond } = await mongoSpan(world, { sinceMs });
  const { peakBytes } = await sync.status();
  await sync.stop();
  const compared = await runJob({ kind: 'compare', config: world.config, rows: records });
  return {
    'load rows/s': records / loadSeconds,
    'stream rows/s': perSecond,
    'compare rows/s': compared.perSecond,
    peakMb: peakBytes / 1e6,
  };
}

/**
 * The more records, the fewer of the changed ones share a page: a speed falls by about the same share with each ten times as
 * many. The line through the measured speeds, both by their logarithms. One that grows does so because the beginning weighs
 * less, and ends at the best that was measured. What no longer fits into the servers' memory is slower still.
 */
export function foreseen(points: readonly (readonly [records: number, speed: number])[], records: number): number {
  const xs = points.map(([count]) => Math.log10(count));
  const ys = points.map(([, speed]) => Math.log10(speed));
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const slope =
    xs.reduce((sum, one, index) => sum + (one - x) * ((ys[index] as number) - y), 0) /
    xs.reduce((sum, one) => sum + (one - x) ** 2, 0);
  const onLine = 10 ** (y + slope * (Math.log10(records) - x));
  return Math.min(onLine, Math.max(...points.map(([, speed]) => speed)));
}
