/** Commit to commit while both sides take a steady stream of changes to different records. */
import { mongoCommits, sqlCommits } from './commit-times.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { SyncProcess } from './process.js';
import { atMost, type Report, type Row } from './report.js';
import { latencies, percentiles, perSecond, steadily, touchMongo, touchSql } from './steady.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 60_000;

export async function latency(
  servers: Servers,
  { quick, count = perSecond * (quick ? 5 : 30), batch, lanes }: BenchOptions,
): Promise<Report> {
  const each = Math.floor(count);
  const warmUp = perSecond * 2;
  const rows = 2 * (each + warmUp);
  await using world = await openWorld(servers, {
    rows,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  const sinceMs = Date.now();
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  // Even records change in PostgreSQL, odd ones in MongoDB, each once.
  await Promise.all([
    steadily(each + warmUp, (index) => touchSql(world, index * 2)),
    steadily(each + warmUp, (index) => touchMongo(world, index * 2 + 1, 1)),
  ]);
  await sync.settled(limitMs);
  const { cpuMs, peakBytes } = await sync.status();
  await sync.stop();
  await assertEqual(world);
  const sql = await sqlCommits(world);
  const mongodb = await mongoCommits(world, { sinceMs });
  const indexes = Array.from({ length: each }, (_, index) => warmUp + index);
  const times = {
    sql: latencies(
      indexes.map((index) => index * 2),
      sql,
      mongodb,
    ),
    mongodb: latencies(
      indexes.map((index) => index * 2 + 1),
      mongodb,
      sql,
    ),
  };
  const figures: Row[] = (['sql', 'mongodb'] as const).map((from) => ({ from, ...percentiles(times[from]) }));
  const worst = (of: string): number => Math.max(...figures.map((row) => row[of] as number));
  return {
    name: `latency: ${perSecond} changes a second on each side, commit to commit`,
    rows: [
      ...figures,
      { changes: 2 * each, 'cpu µs/change': (cpuMs * 1000) / (2 * (each + warmUp)), 'peak MB': peakBytes / 1e6 },
    ],
    ratios: [],
    bars: [
      atMost('p50 in ms, the worse direction', worst('p50 ms'), 5),
      atMost('p99 in ms, the worse direction', worst('p99 ms'), 25),
    ],
  };
}
