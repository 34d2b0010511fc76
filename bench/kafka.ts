/**
 * Throughput over a real broker with one, two and four workers, and of the single process in the same run: a backlog that is drained, as
 * `stream` has it. Processor time by part, since on one machine all parts share the cores.
 */
import { otherSide, type Side } from '../src/model/side.js';
import { type KafkaServer, startKafka } from '../src/testing/servers/kafka-server.js';
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql } from './changes.js';
import { spanOn } from './commit-times.js';
import { assertEqual } from './equal.js';
import { cpuMsOf, Fleet, overKafka } from './fleet.js';
import { drain } from './one-way.js';
import type { BenchOptions } from './options.js';
import { SyncProcess } from './process.js';
import type { Ratio, Report, Row } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const limitMs = 600_000;
const workerCounts = [1, 2, 4] as const;

/** What every part of a run is told. */
interface Run {
  readonly servers: Servers;
  readonly broker: KafkaServer;
  readonly source: Side;
  readonly count: number;
  readonly options: BenchOptions;
}

export async function kafka(servers: Servers, options: BenchOptions): Promise<Report> {
  const { quick, count = quick ? 5_000 : 50_000 } = options;
  const broker = await startKafka();
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  try {
    for (const source of options.from) {
      const run = { servers, broker, source, count, options };
      const alone = await embedded(run);
      rows.push(alone);
      for (const row of await overWorkers(run)) {
        const value = (row['rows/s'] as number) / (alone['rows/s'] as number);
        rows.push({ ...row, 'of one process': value });
        ratios.push({ what: `${row['how']} against one process, from ${source}`, value, better: 'more' });
      }
    }
  } finally {
    await broker.stop();
  }
  return { name: 'kafka: throughput by workers, rows a second', rows, bars: [], ratios };
}

async function embedded({ servers, source, count, options }: Run): Promise<Row> {
  const { batch, lanes, note } = options;
  note(`from ${source}: one process`);
  const filled = ['sql', 'mongodb'] as const;
  await using world = await openWorld(servers, { rows: count, filled, config: { apply: { batch, lanes } } });
  await SyncProcess.startOnce(world.config, limitMs);
  await change(world, source, { rows: count, version: 1 });
  const { perSecond, cpuMs, peakBytes } = await drain(world, source, count);
  return {
    from: source,
    how: 'one process',
    'rows/s': perSecond,
    'cpu µs/row': `${micros(cpuMs, count)}`,
    'peak MB': peakBytes / 1e6,
  };
}

/** The same records, brought to the next version by each number of workers. */
async function overWorkers(run: Run): Promise<Row[]> {
  const { servers, broker, source, count, options } = run;
  await using world = await openWorld(servers, {
    rows: count,
    filled: ['sql', 'mongodb'],
    config: (name) => overKafka(name, broker.url, options.batch),
  });
  const rows: Row[] = [];
  for (const [index, workers] of workerCounts.entries()) {
    options.note(`from ${source}: a capture and ${workers} workers`);
    rows.push(await withWorkers(world, run, { workers, version: index + 1 }));
  }
  return rows;
}

/** Workers have their shares and wait; the capture is away while the changes are made. */
async function withWorkers(
  world: World,
  { broker, source, count }: Run,
  { workers, version }: { readonly workers: number; readonly version: number },
): Promise<Row> {
  const target = otherSide(source);
  await using fleet = await Fleet.start(world.config, workers);
  await fleet.settled(limitMs);
  await fleet.stopCapture();
  await change(world, source, { rows: count, version });
  const [before, brokerBefore] = [await fleet.status(), cpuMsOf(broker.pid)];
  const sinceMs = Date.now();
  await fleet.startCapture();
  const after = await waitFor(
    async () => {
      const status = await fleet.status();
      return status.applied[target] - before.applied[target] >= count && status.open === 0 && status;
    },
    { limitMs, everyMs: 200, what: 'all changes to cross' },
  );
  const brokerMs = (cpuMsOf(broker.pid) ?? 0) - (brokerBefore ?? 0);
  await fleet.settled(limitMs);
  await fleet.stop();
  await assertEqual(world);
  const { perSecond } = await spanOn(target, world, sinceMs);
  const parts = [after.cpuMs.capture, brokerMs, after.cpuMs.writing - before.cpuMs.writing];
  return {
    from: source,
    how: `${workers} worker${workers === 1 ? '' : 's'}`,
    'rows/s': perSecond,
    'cpu µs/row': `capture ${micros(parts[0], count)}, broker ${micros(parts[1], count)}, workers ${micros(parts[2], count)}`,
    'peak MB': after.peakBytes / 1e6,
  };
}

function change(world: World, source: Side, changes: { readonly rows: number; readonly version: number }) {
  return (source === 'sql' ? changeSql : changeMongo)(world, changes);
}

function micros(cpuMs = 0, count: number): string {
  return ((cpuMs * 1000) / count).toFixed(0);
}
