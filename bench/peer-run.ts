/** The peer, measured in one direction as the sync is: warm, the throughput of a backlog, then the latency of a steady stream. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql } from './changes.js';
import { type CommitSpan, mongoCommits, mongoSpan, sqlCommits, sqlSpan } from './commit-times.js';
import { assertEqual } from './equal.js';
import { changeSteadily } from './one-way.js';
import { assertPeerEqual } from './peer-equal.js';
import { type PeerServers, Pipeline } from './peer-pipeline.js';
import { type PeerSettings, peerCollection } from './peer-settings.js';
import { scattered } from './people.js';
import { latencies, type Percentiles, percentiles, touchMongo, touchSql } from './steady.js';
import type { World } from './world.js';

const limitMs = 300_000;
/** The peer's code is compiled while it runs: so many backlogs go first. */
const warmRounds = 2;

export interface PeerRun {
  readonly settings: PeerSettings;
  readonly from: Side;
  readonly count: number;
  /** Changes of the steady stream that count, and those before them. */
  readonly steady: { readonly count: number; readonly warmUp: number };
  readonly note: (text: string) => void;
}

export interface PeerFigures {
  readonly perSecond: number;
  readonly latency: Percentiles;
}

export async function runPeer(peer: PeerServers, world: World, run: PeerRun): Promise<PeerFigures> {
  const { settings, from, count, steady, note } = run;
  // Before-images are what our own detection needs, not the peer.
  if (from === 'sql') await world.sql.query('alter table people replica identity default');
  await using pipeline = await Pipeline.start(peer, { settings, world, from });
  const drain = { pipeline, world, from, count };
  await untilItCarries(pipeline, world, from);
  for (let version = 1; version <= warmRounds; version++) {
    note(`peer from ${from}: backlog ${version} of ${warmRounds + 1}, to get warm`);
    await drainBacklog({ ...drain, version });
  }
  note(`peer from ${from}: backlog`);
  const { perSecond } = await drainBacklog({ ...drain, version: warmRounds + 1 });
  await assertCarried(world, from);
  note(`peer from ${from}: steady changes`);
  const latency = await steadyLatency(drain, steady);
  await assertCarried(world, from);
  return { perSecond, latency };
}

interface Drain {
  readonly pipeline: Pipeline;
  readonly world: World;
  readonly from: Side;
  readonly count: number;
}

/**
 * "Running" is said before a source listens, and one that has carried nothing has stored no place: what happened while it was halted
 * would be lost.
 */
async function untilItCarries(pipeline: Pipeline, world: World, from: Side): Promise<void> {
  let version = 0;
  await until(pipeline, 'a first change to cross', async () => {
    await (from === 'sql' ? touchSql(world, 0) : touchMongo(world, 0, ++version));
    return ((await quantityAt(world, otherSide(from), 0)) ?? 0) > 0;
  });
}

async function drainBacklog({ pipeline, world, from, count, version }: Drain & { readonly version: number }) {
  await pipeline.haltSource();
  await (from === 'sql' ? changeSql : changeMongo)(world, { rows: count, version });
  const sinceMs = Date.now();
  await pipeline.resumeSource();
  const last = scattered(count)(count - 1);
  await until(pipeline, 'the backlog to cross', async () => {
    const quantity = await quantityAt(world, otherSide(from), last);
    return quantity === (last % 1000) + version;
  });
  const span = await spanAt(world, from, sinceMs);
  // Delivered at least once: more is possible, less is a defect.
  if (span.rows < count) throw new Error(`${span.rows} of ${count} changes arrived`);
  return span;
}

async function steadyLatency(
  { pipeline, world, from }: Drain,
  { count, warmUp }: PeerRun['steady'],
): Promise<Percentiles> {
  const sinceMs = Date.now();
  await changeSteadily(world, { source: from, count: count + warmUp, version: warmRounds + 2 });
  const ids = Array.from({ length: count }, (_, index) => warmUp + index);
  const arrived = await until(pipeline, 'the steady changes to cross', async () => {
    const commits = from === 'sql' ? await mongoCommits(world, at(sinceMs)) : await sqlCommits(world);
    return ids.every((id) => (commits.get(id) ?? 0) > sinceMs) && commits;
  });
  const sent = from === 'sql' ? await sqlCommits(world) : await mongoCommits(world, { sinceMs });
  return percentiles(latencies(ids, sent, arrived));
}

async function until<T>(pipeline: Pipeline, what: string, look: () => Promise<T>) {
  const condition = async (): Promise<T> => {
    await pipeline.assertRuns();
    return look();
  };
  return waitFor(condition, { limitMs, everyMs: 500, what });
}

const at = (sinceMs: number) => ({ sinceMs, collection: peerCollection });

function spanAt(world: World, from: Side, sinceMs: number): Promise<CommitSpan> {
  return from === 'sql' ? mongoSpan(world, at(sinceMs)) : sqlSpan(world, sinceMs);
}

async function quantityAt({ sql, mongo, name }: World, side: Side, id: number): Promise<number | null> {
  if (side === 'mongodb') {
    const keyed = mongo.db(name).collection<{ _id: { id: number }; quantity: number }>(peerCollection);
    return (await keyed.findOne({ _id: { id } }))?.quantity ?? null;
  }
  const { rows } = await sql.query<{ quantity: number }>('select quantity from people where id = $1', [id]);
  return rows[0]?.quantity ?? null;
}

function assertCarried(world: World, from: Side): Promise<void> {
  return from === 'sql' ? assertPeerEqual(world) : assertEqual(world);
}
