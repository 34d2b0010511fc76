/** One-way throughput: capture alone, writing alone, and the whole sync, in one run; the whole is judged by its parts. */
import { otherSide, type Side } from '../src/model/side.js';
import { changeMongo, changeSql } from './changes.js';
import { type Drained, drain } from './one-way.js';
import type { BenchOptions } from './options.js';
import { positionOf } from './position.js';
import { runJob, SyncProcess } from './process.js';
import { atLeast, type Ratio, type Report, type Row, ratiosOf } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 300_000;

export async function stream(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  const bars: Report['bars'][number][] = [];
  const ratios: Ratio[] = [];
  for (const source of options.from) {
    const figures = await oneWay(servers, source, options);
    rows.push({ from: source, ...figures });
    bars.push(atLeast(`whole against its parts, from ${source}`, figures.share, 0.8));
    ratios.push({
      what: `whole against its parts, bare write, from ${source}`,
      value: figures['share of bare'],
      better: 'more',
    });
  }
  ratios.unshift(...ratiosOf(bars));
  return { name: 'stream: one-way throughput, rows a second', rows, bars, ratios };
}

async function oneWay(
  servers: Servers,
  source: Side,
  { quick, count = quick ? 15_000 : 100_000, batch, lanes, note }: BenchOptions,
) {
  const target = otherSide(source);
  await using world = await openWorld(servers, {
    rows: count,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  note(`from ${source}: filled, first start`);
  await SyncProcess.startOnce(world.config, limitMs);
  note(`from ${source}: making ${count} changes`);
  const from = await positionOf(world, source);
  await (source === 'sql' ? changeSql : changeMongo)(world, { rows: count, version: 1 });
  note(`from ${source}: capture alone`);
  const captured = await runJob({ kind: 'capture', config: world.config, side: source, from, changes: count });
  note(`from ${source}: the whole sync`);
  const whole = await drain(world, source, count);
  note(`from ${source}: writing alone`);
  const job = { config: world.config, side: target, rows: count, batch, lanes } as const;
  const written = await runJob({ kind: 'write', ...job, version: 1 });
  const raw = await runJob({ kind: 'raw-write', ...job, version: 2 });
  const parts = 1 / (1 / captured.perSecond + 1 / written.perSecond);
  const rawParts = 1 / (1 / captured.perSecond + 1 / raw.perSecond);
  return {
    capture: captured.perSecond,
    write: written.perSecond,
    'bare write': raw.perSecond,
    whole: whole.perSecond,
    share: whole.perSecond / parts,
    'share of bare': whole.perSecond / rawParts,
    'cpu µs/row': `${micros(captured.cpuMs, count)} + ${micros(written.cpuMs, count)}, whole ${micros(whole.cpuMs, count)}`,
    'bytes/row': bytesEach(whole.traffic, count),
    'peak MB': whole.peakBytes / 1e6,
  };
}

function micros(cpuMs: number, count: number): string {
  return ((cpuMs * 1000) / count).toFixed(0);
}

function bytesEach(traffic: Drained['traffic'], count: number): string {
  if (traffic === null) return 'unknown';
  return `${Math.round(traffic.bytesIn / count)} in, ${Math.round(traffic.bytesOut / count)} out`;
}
