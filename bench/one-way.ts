/** The sync in one direction: a backlog that it drains, and a steady stream of changes. Both sides equal at the end, or no figure. */
import { otherSide, type Side } from '../src/model/side.js';
import { waitFor } from '../src/testing/wait-for.js';
import { type CommitSpan, mongoCommits, spanOn, sqlCommits } from './commit-times.js';
import { assertEqual } from './equal.js';
import type { Traffic } from './jobs.js';
import { SyncProcess } from './process.js';
import { latencies, type Percentiles, percentiles, steadily, touchMongo, touchSql } from './steady.js';
import type { World } from './world.js';

const limitMs = 300_000;

export interface Drained extends CommitSpan {
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly traffic: Traffic | null;
}

/**
 * What stands in the source's log since the sync was stopped: that many changes, each of another record. `conflicts`: so many of
 * them the other side changed too; the last one of them is settled when it ends.
 */
export async function drain(world: World, source: Side, count: number, conflicts = 0): Promise<Drained> {
  const target = otherSide(source);
  const sinceMs = Date.now();
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const done = await waitFor(
    async () => {
      const status = await sync.status();
      const crossed = status.applied[target] >= count - conflicts && status.conflicts >= conflicts;
      return crossed && status.pending === 0 && status.held === 0 && status;
    },
    { limitMs, everyMs: 200, what: 'all changes to cross' },
  );
  await sync.settled(limitMs);
  await sync.stop();
  await assertEqual(world);
  const span = await spanOn(target, world, sinceMs);
  return { ...span, cpuMs: done.cpuMs, peakBytes: done.peakBytes, traffic: done.traffic };
}

export interface Steady {
  readonly source: Side;
  /** Changes that count, and those before them that do not. */
  readonly count: number;
  readonly warmUp: number;
  /** Another than the records have. */
  readonly version: number;
}

/** Commit to commit, a record after the other, the first ones left out. */
export async function steadyLatency(world: World, { source, count, warmUp, version }: Steady): Promise<Percentiles> {
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const sinceMs = Date.now();
  await changeSteadily(world, { source, count: count + warmUp, version });
  await sync.settled(limitMs);
  await sync.stop();
  await assertEqual(world);
  const times = { sql: await sqlCommits(world), mongodb: await mongoCommits(world, { sinceMs }) };
  const ids = Array.from({ length: count }, (_, index) => warmUp + index);
  return percentiles(latencies(ids, times[source], times[otherSide(source)]));
}

export function changeSteadily(world: World, { source, count, version }: Omit<Steady, 'warmUp'>): Promise<void> {
  return steadily(count, (id) => (source === 'sql' ? touchSql(world, id) : touchMongo(world, id, version)));
}
