/**
 * A torture run without faults: the users, applications that lock, deadlock and add a column, a sync in this process, quiet, the checker. Shows that workload, evidence and checker are
 * silent about a sync that nobody disturbs. `npx tsx torture/calm.ts [SECONDS] [SEED]`
 */

import { type ConfigInput, type StartedSync, start } from '../src/index.js';
import { startMongo } from '../src/testing/servers/mongo-server.js';
import { startPostgres } from '../src/testing/servers/postgres-server.js';
import { withClient } from '../src/testing/servers/with-client.js';
import { waitFor } from '../src/testing/wait-for.js';
import { checkRun } from './check/check-run.js';
import { type Watch, watchEvidence } from './check/gather.js';
import type { Evidence, Problem } from './evidence.js';
import { createTables, entities, startWorkload } from './workload/workload.js';

const [seconds = 15, seed = 1] = process.argv.slice(2).map(Number);
const name = 'calm';
const settleMs = 30_000;
const quietMs = 3_000;
const mostShown = 20;

const postgres = await startPostgres();
const mongo = await startMongo({ members: 1 });
try {
  const evidence = await run({ sqlUrl: postgres.url, mongoUrl: mongo.url, database: name });
  process.exitCode = tell(evidence, checkRun(evidence));
} finally {
  await Promise.all([postgres.stop(), mongo.stop()]);
}

interface Servers {
  readonly sqlUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
}

async function run(servers: Servers): Promise<Evidence> {
  await makeTables(servers.sqlUrl);
  const workload = await startWorkload({ ...servers, seed, now: () => performance.now() });
  const watch = await watchEvidence({ ...servers, name });
  const begin = (): Promise<StartedSync> => start(configOf(servers), { api: false });
  let sync = await begin();
  /** A running process tells that it does not map the new column; the next one does, and loads it. */
  const growTable = async (): Promise<void> => {
    await workload.addColumn();
    await sync.stop();
    sync = await begin();
  };
  try {
    workload.go();
    await sampling(watch, [() => workload.deadlock(), () => workload.lockFor(1_500), growTable]);
    const history = await workload.stop();
    if (!(await sync.settled(settleMs))) throw new Error(`not settled: ${JSON.stringify(sync.status())}`);
    await waitFor(() => !isLoading(sync), { limitMs: settleMs, what: 'the new column to be loaded' });
    await watch.quiet();
    await pause(quietMs);
    return await watch.gather(history, [], workload.initial);
  } finally {
    await sync.stop();
  }
}

function configOf({ sqlUrl, mongoUrl, database }: Servers): ConfigInput {
  return {
    name,
    sql: { url: sqlUrl },
    mongodb: { url: mongoUrl, database },
    initial: 'none',
    entities,
    api: { listen: '127.0.0.1:0' },
  };
}

function isLoading(sync: StartedSync): boolean {
  return sync.status().entities.some(({ load }) => load.state === 'open');
}

async function makeTables(url: string): Promise<void> {
  await withClient(url, (client) => client.query(createTables));
}

/** One act of the applications every third second, so that each can be seen to do no harm. */
async function sampling(watch: Watch, acts: readonly (() => Promise<void>)[]): Promise<void> {
  const acting: Promise<void>[] = [];
  for (let second = 1; second <= seconds; second++) {
    await pause(1000);
    await watch.sample();
    const act = second % 3 === 0 ? acts[second / 3 - 1] : undefined;
    if (act !== undefined) acting.push(act());
  }
  await Promise.all(acting);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function tell({ history, conflicts, deadLetters, events, progress }: Evidence, problems: readonly Problem[]): number {
  const states = conflicts.map(({ state, table }) => `${table} ${state}`);
  const counted = (all: readonly string[]): Record<string, number> =>
    Object.fromEntries([...new Set(all)].sort().map((one) => [one, all.filter((other) => other === one).length]));
  console.log({
    transactions: counted(history.map(({ side, outcome }) => `${side} ${outcome}`)),
    conflicts: counted(states),
    deadLetters: deadLetters.length,
    events: { sql: total(events.sql), mongodb: total(events.mongodb) },
    samples: progress.length,
    problems: problems.length,
  });
  for (const { check, table, key, text } of problems.slice(0, mostShown))
    console.log(`${check}: ${table} ${key}: ${text}`);
  return problems.length === 0 ? 0 : 1;
}

function total(events: Evidence['events']['sql']): number {
  return [...events.values()].flatMap((keys) => [...keys.values()]).reduce((sum, count) => sum + count, 0);
}
