/** One-way throughput: capture alone, writing alone, and the whole sync, in one run; the whole is judged by its parts. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql } from './changes.js';
import { openBoth } from './child/sides.js';
import { spanOn } from './commit-times.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { runJob, SyncProcess } from './process.js';
import { atLeast, type Report, type Row } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const limitMs = 300_000;

export async function stream(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  const bars: Report['bars'][number][] = [];
  for (const source of options.from) {
    const figures = await oneWay(servers, source, options);
    rows.push({ from: source, ...figures });
    bars.push(atLeast(`whole against its parts, from ${source}`, figures.share, 0.6));
  }
  return { name: 'stream: one-way throughput, rows a second', rows, bars };
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
  // The sync is there already and has been stopped: what follows is a backlog.
  note(`from ${source}: filled, first start`);
  const first = await SyncProcess.start({ kind: 'sync', config: world.config });
  await first.settled(limitMs);
  await first.stop();
  note(`from ${source}: making ${count} changes`);
  const from = await positionOf(world, source);
  await (source === 'sql' ? changeSql : changeMongo)(world, { rows: count, version: 1 });
  note(`from ${source}: capture alone`);
  const captured = await runJob({ kind: 'capture', config: world.config, side: source, from, changes: count });
  note(`from ${source}: the whole sync`);
  const whole = await syncAll(world, target, count);
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
    'peak MB': whole.peakBytes / 1e6,
  };
}

function micros(cpuMs: number, count: number): string {
  return ((cpuMs * 1000) / count).toFixed(0);
}

async function syncAll(world: World, target: Side, count: number) {
  const sinceMs = Date.now();
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const done = await waitFor(
    async () => {
      const status = await sync.status();
      return status.applied[target] >= count && status.pending === 0 && status;
    },
    { limitMs, everyMs: 200, what: 'all changes to cross' },
  );
  await sync.settled(limitMs);
  await sync.stop();
  await assertEqual(world);
  const span = await spanOn(target, world, sinceMs);
  return { ...span, cpuMs: done.cpuMs, peakBytes: done.peakBytes };
}

async function positionOf(world: World, side: Side): Promise<string> {
  const sides = await openBoth(world.config);
  const position = await sides[side].source.begin();
  await sides.close();
  return position;
}
