/** A whole sync under its parent's command. */
import { readFileSync } from 'node:fs';
import { type StartedSync, start } from '../../src/index.js';
import type { FromChild, Job, SyncReport, ToChild, Traffic } from '../jobs.js';

type SyncJob = Extract<Job, { kind: 'sync' }>;

export async function sync({ config, role = 'all' }: SyncJob, tell: (message: FromChild) => void): Promise<void> {
  const running = await start(config, { api: false, role });
  const before: Start = { cpu: process.cpuUsage(), traffic: trafficNow() };
  running.on('failed', (error) => tell({ kind: 'failed', message: `${error.code}: ${error.message}` }));
  process.on('message', (message: ToChild) => {
    obey(running, { message, before, tell }).catch((error: unknown) =>
      tell({ kind: 'failed', message: String(error) }),
    );
  });
  tell({ kind: 'ready' });
}

/** What starting took. */
interface Start {
  readonly cpu: NodeJS.CpuUsage;
  readonly traffic: Traffic | null;
}

interface Order {
  readonly message: ToChild;
  readonly before: Start;
  readonly tell: (message: FromChild) => void;
}

async function obey(running: StartedSync, { message, before, tell }: Order): Promise<void> {
  switch (message.ask) {
    case 'status':
      return tell({ kind: 'status', report: reportOf(running, before) });
    case 'settled':
      return tell({ kind: 'settled', settled: await running.settled(message.limitMs) });
    case 'pause':
    case 'resume':
      await running[message.ask]();
      return tell({ kind: 'done' });
    case 'stop':
      await running.stop();
      tell({ kind: 'done' });
      process.disconnect();
  }
}

function reportOf(running: StartedSync, before: Start): SyncReport {
  const { state: whole, links, conflicts, entities, transport } = running.status();
  // Over Kafka each process tells of all: what it has itself is what it works on.
  const here = transport?.partitions.filter((one) => one.here);
  const works = here === undefined || (here.length > 0 && here.every((one) => one.state === 'running'));
  const state = works || whole !== 'running' ? whole : 'starting';
  const toMongodb = links.sql_to_mongodb;
  const toSql = links.mongodb_to_sql;
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    state,
    applied: { sql: toSql.applied, mongodb: toMongodb.applied },
    pending: toMongodb.pending + toSql.pending,
    held: toMongodb.held + toSql.held,
    conflicts: conflicts.total,
    loading: entities.some(({ load }) => load.state === 'open'),
    loaded: entities.reduce((sum, { load }) => sum + load.rows, 0),
    lastError: (toMongodb.lastError ?? toSql.lastError)?.message ?? null,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    cpuMs: (user + system) / 1000,
    traffic: since(before.traffic),
  };
}

function since(before: Traffic | null): Traffic | null {
  const now = trafficNow();
  if (before === null || now === null) return null;
  return { bytesIn: now.bytesIn - before.bytesIn, bytesOut: now.bytesOut - before.bytesOut };
}

/** By the kernel's count of this process's reads and writes, sockets included. */
function trafficNow(): Traffic | null {
  try {
    const text = readFileSync('/proc/self/io', 'utf8');
    const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1]);
    return { bytesIn: count('rchar'), bytesOut: count('wchar') };
  } catch {
    return null;
  }
}
