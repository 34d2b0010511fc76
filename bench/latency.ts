/** Commit to commit while both sides take a steady stream of changes to different records. */
import { setTimeout as delay } from 'node:timers/promises';
import { Long } from 'mongodb';
import type pg from 'pg';
import { mongoCommits, sqlCommits } from './commit-times.js';
import { assertEqual } from './equal.js';
import type { BenchOptions } from './options.js';
import { collection, personChange } from './people.js';
import { SyncProcess } from './process.js';
import { below, type Report, type Row } from './report.js';
import { openWorld, type Servers, type World } from './world.js';

const perSecond = 200;
const limitMs = 60_000;

export async function latency(
  servers: Servers,
  { quick, count = perSecond * (quick ? 5 : 30), batch, lanes }: BenchOptions,
): Promise<Report> {
  const each = Math.floor(count);
  const warmUp = perSecond * 2;
  const rows = 2 * (each + warmUp);
  await using world = await openWorld(servers, {
    rows,
    filled: ['sql', 'mongodb'],
    config: { apply: { batch, lanes } },
  });
  const sinceMs = Date.now();
  const sync = await SyncProcess.start({ kind: 'sync', config: world.config });
  // Even records change in PostgreSQL, odd ones in MongoDB, each once.
  await Promise.all([
    steadily(each + warmUp, sqlWriter(world)),
    steadily(each + warmUp, (index) => mongoWriter(world, index)),
  ]);
  await sync.settled(limitMs);
  const { cpuMs, peakBytes } = await sync.status();
  await sync.stop();
  await assertEqual(world);
  const sql = await sqlCommits(world);
  const mongodb = await mongoCommits(world, sinceMs);
  const times = { sql: [] as number[], mongodb: [] as number[] };
  for (let index = warmUp; index < each + warmUp; index++) {
    times.sql.push((mongodb.get(index * 2) as number) - (sql.get(index * 2) as number));
    times.mongodb.push((sql.get(index * 2 + 1) as number) - (mongodb.get(index * 2 + 1) as number));
  }
  const figures: Row[] = (['sql', 'mongodb'] as const).map((from) => ({ from, ...percentiles(times[from]) }));
  const worst = Math.max(...figures.map((row) => row['p95 ms'] as number));
  return {
    name: `latency: ${perSecond} changes a second on each side, commit to commit`,
    rows: [
      ...figures,
      { changes: 2 * each, 'cpu µs/change': (cpuMs * 1000) / (2 * (each + warmUp)), 'peak MB': peakBytes / 1e6 },
    ],
    bars: [below('p95 in ms, the worse direction', worst, 5000)],
  };
}

function percentiles(values: number[]): Row {
  values.sort((a, b) => a - b);
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))] as number;
  return { 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'p99 ms': at(0.99), 'max ms': at(1) };
}

/** One after the other would wait for answers: each is sent at its time. */
async function steadily(count: number, write: (index: number) => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < count; index++) {
    const due = began + (index * 1000) / perSecond - performance.now();
    if (due > 1) await delay(due);
    sent.push(write(index));
  }
  await Promise.all(sent);
}

function sqlWriter({ sql }: World): (index: number) => Promise<pg.QueryResult> {
  const text = 'update people set quantity = quantity + 1, amount = amount + 1 where id = $1';
  return (index) => sql.query({ name: 'change', text, values: [index * 2] });
}

async function mongoWriter({ mongo, name }: World, index: number): Promise<void> {
  const id = index * 2 + 1;
  await mongo
    .db(name)
    .collection(collection)
    .updateOne({ _id: Long.fromNumber(id) as never }, { $set: personChange(id, 1) });
}
