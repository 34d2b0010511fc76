/**
 * The sync against what is used for this today, one way, in one run on the same servers: Debezium's source, Kafka, Debezium's sink.
 * The peer finds no conflicts and is not transactional; it is tuned (peer-settings.ts), and the ratio is the figure.
 */
import type { Side } from '../src/model/side.js';
import { debeziumVersion, kafkaVersion } from '../src/testing/servers/kafka-jars.js';
import { changeMongo, changeSql } from './changes.js';
import { drain, steadyLatency } from './one-way.js';
import type { BenchOptions } from './options.js';
import { openPeer, type PeerServers } from './peer-pipeline.js';
import { type PeerFigures, runPeer } from './peer-run.js';
import { type PeerSettings, readPeerSettings } from './peer-settings.js';
import { SyncProcess } from './process.js';
import { atLeast, atMost, type Report, type Row, ratiosOf } from './report.js';
import { perSecond } from './steady.js';
import { openWorld, type Servers } from './world.js';

const throughputBar = 5;
const latencyBar = 0.1;

const limitMs = 60_000;

export async function peer(servers: Servers, options: BenchOptions): Promise<Report> {
  const settings = readPeerSettings();
  const ours = new Map<Side, PeerFigures>();
  // Ours first: the peer's machines need memory and a little time even when they rest.
  for (const from of options.from) ours.set(from, await measureSync(servers, from, options));
  options.note(`starting Kafka ${kafkaVersion} and Connect with Debezium ${debeziumVersion}`);
  await using started = await openPeer(settings, options.note);
  const rows: Row[] = [];
  const bars: Report['bars'][number][] = [];
  for (const from of options.from) {
    const theirs = await measurePeer(servers, { peer: started, settings, from, options });
    const mine = ours.get(from) as PeerFigures;
    const [faster, share] = [mine.perSecond / theirs.perSecond, mine.latency['p50 ms'] / theirs.latency['p50 ms']];
    rows.push(rowOf('isthmus', from, mine), rowOf('debezium', from, theirs));
    bars.push(atLeast(`from ${from}: throughput, times the peer’s`, faster, throughputBar));
    bars.push(atMost(`from ${from}: latency p50, share of the peer’s`, share, latencyBar));
  }
  const { count, steady } = sizesOf(options);
  return {
    name: `peer: one way, a backlog of ${count}, then ${steady.count} changes at ${perSecond} a second`,
    rows: [...rows, ...shown(settings, options.from)],
    bars,
    ratios: ratiosOf(bars),
  };
}

function sizesOf({ quick, count = quick ? 15_000 : 100_000 }: BenchOptions) {
  const steady = { count: perSecond * (quick ? 5 : 30), warmUp: 2 * perSecond };
  return { count, steady, rows: Math.max(count, steady.count + steady.warmUp) };
}

async function measureSync(servers: Servers, source: Side, options: BenchOptions): Promise<PeerFigures> {
  const { batch, lanes, note } = options;
  const { rows, count, steady } = sizesOf(options);
  const config = { apply: { batch, lanes } };
  await using world = await openWorld(servers, { rows, filled: ['sql', 'mongodb'], config });
  await SyncProcess.startOnce(world.config, limitMs);
  note(`isthmus from ${source}: backlog`);
  await (source === 'sql' ? changeSql : changeMongo)(world, { rows: count, version: 1 });
  const drained = await drain(world, source, count);
  note(`isthmus from ${source}: steady changes`);
  const latency = await steadyLatency(world, { source, ...steady, version: 2 });
  return { perSecond: drained.perSecond, latency };
}

interface PeerParts {
  readonly peer: PeerServers;
  readonly settings: PeerSettings;
  readonly from: Side;
  readonly options: BenchOptions;
}

async function measurePeer(
  servers: Servers,
  { peer: started, settings, from, options }: PeerParts,
): Promise<PeerFigures> {
  const sizes = sizesOf(options);
  await using world = await openWorld(servers, { rows: sizes.rows, filled: ['sql', 'mongodb'] });
  // Awaited here: the world closes when this returns.
  return await runPeer(started, world, { settings, from, ...sizes, note: options.note });
}

function rowOf(who: string, from: Side, { perSecond: rate, latency }: PeerFigures): Row {
  return { who, from, 'rows/s': rate, ...latency };
}

/** The peer's settings, as they were used. */
function shown({ worker, source, sink }: PeerSettings, from: readonly Side[]): Row[] {
  const text = (settings: Readonly<Record<string, string>>): string =>
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  return [
    { settings: 'worker', of: text({ kafka: kafkaVersion, debezium: debeziumVersion, ...worker }) },
    ...from.flatMap((side) => [
      { settings: `source ${side}`, of: text(source[side]) },
      { settings: `sink ${side === 'sql' ? 'mongodb' : 'sql'}`, of: text(sink[side === 'sql' ? 'mongodb' : 'sql']) },
    ]),
  ];
}
