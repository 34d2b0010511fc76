/** Settling: records that both sides changed while the sync was away, under a strategy for whole records and under one for fields. */
import type { ConfigInput } from '../src/config/load.js';
import { waitFor } from '../src/testing/wait-for.js';
import { changeMongo, changeSql } from './changes.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { collection, table } from './people.js';
import { SyncProcess } from './process.js';
import { atLeast, below, type Report, type Row } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const limitMs = 300_000;
/** Megabytes, the same as with a backlog. */
const memoryBar = 400;

type ConflictConfig = NonNullable<ConfigInput['entities']>[number]['conflict'];

const strategies = {
  lww: { strategy: 'lww' },
  /** Every field that both sides change asks a rule of another cost. */
  merge: { strategy: 'merge', fields: { amount: 'max', quantity: 'counter', changed: 'lww', note: 'text' } },
} as const satisfies Record<string, ConflictConfig>;

export async function settle(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const strategy of Object.keys(strategies) as (keyof typeof strategies)[]) {
    options.note(`settle: ${strategy}`);
    rows.push(await settleBy(strategy, servers, options));
  }
  return {
    name: 'settle: records changed on both sides',
    rows,
    ratios: [],
    bars: rows.flatMap((row) => [
      atLeast(`${row['strategy']}: records settled a second`, row['records/s'] as number, 1000),
      below(`${row['strategy']}: peak in MB`, row['peak MB'] as number, memoryBar),
    ]),
  };
}

async function settleBy(
  strategy: keyof typeof strategies,
  servers: Servers,
  { quick, count = quick ? 2000 : 10_000, batch, lanes }: BenchOptions,
): Promise<Row> {
  await using world = await openWorld(servers, {
    rows: count,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes }, entities: [{ table, collection, conflict: strategies[strategy] }] },
  });
  await SyncProcess.startOnce(world.config, limitMs);
  await Promise.all([
    changeSql(world, { rows: count, version: 1, edit: after }),
    changeMongo(world, { rows: count, version: 2, edit: before }),
  ]);
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  const began = performance.now();
  const samples: number[] = [];
  const status = await waitFor(
    async () => {
      const now = await sync.status();
      samples.push(now.rssBytes);
      return now.conflicts >= count && now.held === 0 && now.pending === 0 && now;
    },
    { limitMs, everyMs: 100, what: 'all records to be settled' },
  );
  const seconds = (performance.now() - began) / 1000;
  await sync.settled(limitMs);
  await sync.stop();
  await assertEqual(world);
  await assertDecided(world, strategy, count);
  return {
    strategy,
    records: count,
    seconds,
    'records/s': count / seconds,
    'cpu µs/record': (status.cpuMs * 1000) / count,
    'peak MB': status.peakBytes / 1e6,
    'half-way MB': (samples[Math.floor(samples.length / 2)] ?? 0) / 1e6,
  };
}

/** Each side edits the note at another end: what a merge makes of it says whether it saw both. */
const before = 'Please read: ';
const after = ', as SQL knows';

async function assertDecided({ sql, mongo, name }: World, strategy: string, count: number): Promise<void> {
  const stored = await mongo
    .db('sync_metadata')
    .collection('conflicts')
    .countDocuments({ name, state: 'resolved', strategy });
  if (stored !== count) throw new Error(`${stored} conflicts are stored as resolved by ${strategy}, not ${count}`);
  if (strategy !== 'merge') return;
  const { rows } = await sql.query<{ merged: string }>(
    `select count(*) as merged from people where note like '${before}%${after}' and quantity = id % 1000 + 3`,
  );
  if (Number(rows[0]?.merged) !== count)
    throw new Error(`${rows[0]?.merged} records hold both sides’ edits, not ${count}`);
}
