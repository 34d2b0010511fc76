/**
 * Capture alone, decoded into records, against readers that decode nothing: `pg_recvlogical` on a copy of the same slot, and a change
 * stream read as bytes. In turn, the middle of three counts.
 */
import { namesOf } from '../src/postgres/names.js';
import { changeMongo, changeSql } from './changes.js';
import { medianOf } from './history.js';
import type { BenchOptions } from './options.js';
import { positionOf } from './position.js';
import { runJob } from './process.js';
import { findRecvlogical, logEnd, readSlot } from './recvlogical.js';
import { atLeast, type Report, type Row } from './report.js';
import { openWorld, type Servers } from './world.js';

const bar = 0.5;
const turns = 3;

export async function capture(servers: Servers, options: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const side of options.from) rows.push(await (side === 'sql' ? captureSql : captureMongo)(servers, options));
  const ratios = rows.map((row) => ({
    what: `capture from ${row['from']}, share of ${row['bare reader']}`,
    value: Number(row['share']),
    better: 'more' as const,
  }));
  const bars = ratios
    .filter((_, index) => rows[index]?.['from'] === 'sql')
    .map(({ what, value }) => atLeast(what, value, bar));
  return { name: 'capture: changes a second', rows, bars, ratios };
}

function changesOf({ quick, count = quick ? 50_000 : 300_000 }: BenchOptions): number {
  return count;
}

async function captureSql(servers: Servers, options: BenchOptions): Promise<Row> {
  const program = await findRecvlogical();
  const changes = changesOf(options);
  await using world = await openWorld(servers, { rows: changes, filled: ['sql', 'mongodb'] });
  const from = await positionOf(world, 'sql');
  const { slot, publication } = namesOf(world.name);
  const nothing = await logEnd(world);
  options.note(`capture from sql: making ${changes} changes`);
  await changeSql(world, { rows: changes, version: 1 });
  const until = await logEnd(world);
  const [ours, bare, cpu]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < turns; turn++) {
    options.note(`capture from sql: turn ${turn + 1}`);
    const read = await runJob({ kind: 'capture', config: world.config, side: 'sql', from, changes });
    ours.push(read.perSecond);
    cpu.push((read.cpuMs * 1000) / changes);
    // Our own figure begins when the reader is open: what the other needs to start and end is measured and left out.
    const starting = await readSlot(program, world, { slot, publication, until: nothing });
    bare.push(changes / ((await readSlot(program, world, { slot, publication, until })) - starting));
  }
  return rowOf('sql', 'pg_recvlogical', { changes, ours, bare, cpu });
}

async function captureMongo(servers: Servers, options: BenchOptions): Promise<Row> {
  const changes = changesOf(options);
  await using world = await openWorld(servers, { rows: changes, filled: ['sql', 'mongodb'] });
  const from = await positionOf(world, 'mongodb');
  options.note(`capture from mongodb: making ${changes} changes`);
  await changeMongo(world, { rows: changes, version: 1 });
  const [ours, bare, cpu]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < turns; turn++) {
    options.note(`capture from mongodb: turn ${turn + 1}`);
    const read = await runJob({ kind: 'capture', config: world.config, side: 'mongodb', from, changes });
    ours.push(read.perSecond);
    cpu.push((read.cpuMs * 1000) / changes);
    bare.push((await runJob({ kind: 'raw-capture', config: world.config, from, changes })).perSecond);
  }
  return rowOf('mongodb', 'a bare change stream', { changes, ours, bare, cpu });
}

interface Turns {
  readonly changes: number;
  readonly ours: readonly number[];
  readonly bare: readonly number[];
  readonly cpu: readonly number[];
}

function rowOf(from: string, reader: string, { changes, ours, bare, cpu }: Turns): Row {
  return {
    from,
    changes,
    capture: medianOf(ours),
    'bare reader': reader,
    bare: medianOf(bare),
    share: medianOf(ours) / medianOf(bare),
    'cpu µs/change': medianOf(cpu),
  };
}
