/** The initial load, from either side, against plain inserts of the same rows. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { runJob, SyncProcess } from './process.js';
import { atLeast, type Report, type Row } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 600_000;

export async function load(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const from of options.from) rows.push(await loadFrom(servers, from, options));
  return {
    name: 'load: rows a second',
    rows,
    bars: rows
      .filter(({ from }) => from === 'sql')
      .map(({ share }) => atLeast('load to MongoDB, share of insertMany alone', Number(share), 0.6)),
    ratios: rows.map(({ from, share }) => ({
      what: `share of a bare insert, from ${from}`,
      value: Number(share),
      better: 'more',
    })),
  };
}

async function loadFrom(
  servers: Servers,
  from: Side,
  { quick, count = quick ? 15_000 : 100_000, batch, lanes }: BenchOptions,
): Promise<Row> {
  const target = otherSide(from);
  const inserted = await insertAlone(servers, target, { count, batch });
  await using world = await openWorld(servers, {
    rows: count,
    filled: [from],
    config: { initial: from, apply: { batch, lanes } },
  });
  const began = performance.now();
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const readyMs = performance.now() - began;
  await waitFor(async () => !(await sync.status()).loading, { limitMs, everyMs: 20, what: 'the load to end' });
  const seconds = (performance.now() - began - readyMs) / 1000;
  await sync.settled(limitMs);
  const { cpuMs, peakBytes } = await sync.status();
  await sync.stop();
  await assertEqual(world);
  return {
    from,
    rows: count,
    'rows/s': count / seconds,
    'bare insert': inserted,
    share: count / seconds / inserted,
    'cpu µs/row': (cpuMs * 1000) / count,
    'peak MB': peakBytes / 1e6,
  };
}

async function insertAlone(
  servers: Servers,
  side: Side,
  { count, batch }: { readonly count: number; readonly batch: number },
): Promise<number> {
  await using world = await openWorld(servers, { rows: 0, filled: [] });
  return (await runJob({ kind: 'raw-insert', config: world.config, side, rows: count, batch })).perSecond;
}
