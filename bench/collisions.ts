/** How throughput from SQL falls with the share of records that MongoDB's users changed as well while the sync was away. */
import { changeMongo, changeSql } from './changes.js';
import { sqlSpan } from './commit-times.js';
import { drain } from './one-way.js';
import type { BenchOptions } from './options.js';
import { SyncProcess } from './process.js';
import { atLeast, type Report, type Row, ratiosOf } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 300_000;
const shares = [0, 0.001, 0.01, 0.1];
/** Of a backlog in which one record of a hundred is a conflict, against one without. */
const judged = { share: 0.01, bar: 0.8 };

export async function collisions(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  let without = 0;
  for (const share of shares) {
    options.note(`collisions: ${share * 100} %`);
    const { perSecond, cpuMs, peakBytes, count, conflicts } = await withShare(servers, share, options);
    if (share === 0) without = perSecond;
    rows.push({
      'records changed on both sides, %': share * 100,
      conflicts,
      'rows/s': perSecond,
      share: perSecond / without,
      'cpu µs/row': (cpuMs * 1000) / count,
      'peak MB': peakBytes / 1e6,
    });
  }
  const judgedRow = rows[shares.indexOf(judged.share)];
  const bars = [atLeast('with 1 % conflicts, share of without', Number(judgedRow?.['share']), judged.bar)];
  return { name: 'collisions: rows a second from SQL, the last of them settled', rows, bars, ratios: ratiosOf(bars) };
}

async function withShare(
  servers: Servers,
  share: number,
  { quick, count = quick ? 15_000 : 100_000, batch, lanes }: BenchOptions,
) {
  await using world = await openWorld(servers, {
    rows: count,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  await SyncProcess.startOnce(world.config, limitMs);
  await changeSql(world, { rows: count, version: 1 });
  const both = Math.round(count * share);
  if (both > 0) await changeMongo(world, { rows: count, version: 2, count: both });
  const sinceMs = Date.now();
  const { firstMs, lastMs, cpuMs, peakBytes } = await drain(world, 'sql', count, both);
  // What MongoDB's users won is written to SQL.
  const settled = await sqlSpan(world, sinceMs);
  const perSecond = (count * 1000) / (Math.max(lastMs, settled.lastMs) - firstMs);
  return { perSecond, cpuMs, peakBytes, count, conflicts: both };
}
