/** Settling: records that both sides changed while the sync was away. */
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql } from './changes.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { SyncProcess } from './process.js';
import { atLeast, type Report } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const limitMs = 300_000;

export async function settle(
  servers: Servers,
  { quick, count = quick ? 2000 : 10_000, batch, lanes }: BenchOptions,
): Promise<Report> {
  await using world = await openWorld(servers, {
    rows: count,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  const first = await SyncProcess.start({ kind: 'sync', config: world.config });
  await first.settled(limitMs);
  await first.stop();
  await Promise.all([changeSql(world, { rows: count, version: 1 }), changeMongo(world, { rows: count, version: 2 })]);
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const began = performance.now();
  const status = await waitFor(
    async () => {
      const now = await sync.status();
      return now.conflicts >= count && now.held === 0 && now.pending === 0 && now;
    },
    { limitMs, everyMs: 20, what: 'all records to be settled' },
  );
  const seconds = (performance.now() - began) / 1000;
  await sync.settled(limitMs);
  await sync.stop();
  await assertEqual(world);
  const stored = await storedConflicts(world);
  if (stored !== count) throw new Error(`${stored} conflicts are stored as resolved, not ${count}`);
  const perSecond = count / seconds;
  return {
    name: 'settle: records changed on both sides',
    rows: [
      {
        records: count,
        seconds,
        'records/s': perSecond,
        'cpu µs/record': (status.cpuMs * 1000) / count,
        'peak MB': status.peakBytes / 1e6,
      },
    ],
    bars: [atLeast('records settled a second', perSecond, 1000)],
  };
}

function storedConflicts({ mongo, name }: World): Promise<number> {
  return mongo.db('sync_metadata').collection('conflicts').countDocuments({ name, state: 'resolved' });
}
