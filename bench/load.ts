/** The initial load, from either side, against plain inserts of the same rows, and COPY. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { runJob, SyncProcess } from './process.js';
import { atLeast, type Report, type Row } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

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
  const copied = target === 'sql' ? await copyAlone(world, count) : null;
  const perSecond = count / seconds;
  return {
    from,
    rows: count,
    'rows/s': perSecond,
    'bare insert': inserted,
    share: perSecond / inserted,
    ...(copied === null ? {} : { 'COPY alone': copied, 'share of COPY': perSecond / copied }),
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

/** The server reads a file of its own, so that no client and no network takes part: nothing fills a table faster. */
async function copyAlone({ sql, name }: World, count: number): Promise<number> {
  const { rows } = await sql.query<{ file: string }>(
    `select current_setting('data_directory') || '/${name}.copy' as file`,
  );
  const file = rows[0]?.file.replaceAll("'", "''");
  await sql.query(`copy people to '${file}'`);
  await sql.query('create table copied (like people including all)');
  const began = performance.now();
  await sql.query(`copy copied from '${file}'`);
  return (count * 1000) / (performance.now() - began);
}
