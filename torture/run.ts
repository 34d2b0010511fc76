/**
 * One run: servers, sync, users, faults by a plan; then everything is undone, comes to rest, and the checker has the word.
 * Must not know how it is told.
 */

import { join } from 'node:path';
import { compile } from '../scripts/compile.js';
import type { ConfigInput } from '../src/index.js';
import { mendDriver } from '../src/mongodb/mend-driver.js';
import { withClient } from '../src/testing/servers/with-client.js';
import { checkRun } from './check/check-run.js';
import { watchEvidence } from './check/gather.js';
import { Cluster, database, syncName } from './cluster/cluster.js';
import { Supervisor, type SupervisorCounts } from './cluster/supervisor.js';
import { type Program, runCommandOf } from './cluster/sync-process.js';
import type { Evidence, Problem } from './evidence.js';
import { choose, lookAtMachine } from './faults/catalogue.js';
import { type FaultWorld, hold } from './faults/fault.js';
import { type FaultReport, runFaults } from './faults/run-faults.js';
import { type Planned, plan } from './faults/schedule.js';
import { orderedPoints } from './faults/sync-ends.js';
import { type Footprint, growth, lookAt } from './footprint.js';
import { OperatorsOf } from './operators.js';
import type { TortureOptions } from './options.js';
import { createProbeTable, probeEntity } from './probe-entity.js';
import { settle, survivors } from './settle.js';
import { createTables, entities, startWorkload, type Workload } from './workload/workload.js';

export interface TortureResult {
  readonly planned: readonly Planned[];
  readonly faults: readonly FaultReport[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
  readonly writes: Workload['counts'];
  readonly sync: SupervisorCounts;
  readonly settledMs: number;
  readonly problems: readonly Problem[];
  /** What the sync took of the machine, a sample a second. */
  readonly footprints: readonly Footprint[];
  readonly evidence: Evidence | null;
}

const settleLimitMs = 120_000;
const commandLimitMs = 60_000;
const sampleEveryMs = 1_000;
/** A process that syncs answers at once; one that starts is looked at the next time. */
const lookLimitMs = 500;
/** Nothing may be written on either side for so long, once all is at rest. */
const quietMs = 3_000;

export async function torture(options: TortureOptions): Promise<TortureResult> {
  // The users' connections are cut as well.
  mendDriver();
  const { note } = options;
  const machine = await lookAtMachine();
  const chosen = choose(options.faults, machine);
  for (const { name, why } of chosen.leftOut) note(`left out: ${name}: ${why}`);
  const planned = plan({ ...options, faults: chosen.faults, named: options.faults !== null });
  for (const { name } of options.faults === null ? [] : chosen.faults)
    if (!planned.some((one) => one.name === name)) throw new Error(`${name} does not fit into ${options.seconds} s.`);
  const main = join(await compile('torture'), 'src', 'cli', 'main.js');
  const cluster = await Cluster.start({ disks: machine.noDisk === null, clock: machine.noClock === null, note });
  try {
    note('servers run');
    const program: Program = { main, folder: options.folder, config: configOf(cluster) };
    const result = await new Run({ options, cluster, program }).whole(planned, chosen.faults);
    return { ...result, planned, leftOut: chosen.leftOut };
  } finally {
    await cluster.stop();
  }
}

function configOf(cluster: Cluster): ConfigInput {
  return {
    name: syncName,
    sql: { url: cluster.proxiedSqlUrl },
    mongodb: { url: cluster.mongoUrl, database },
    initial: 'none',
    entities: [...(entities ?? []), probeEntity],
    compare: { every: null },
    // The run's own checker tells what differs; nothing is to be paused meanwhile.
    levels: { review: 1, pause: 1 },
  };
}

interface RunParts {
  readonly options: TortureOptions;
  readonly cluster: Cluster;
  readonly program: Program;
}

class Run {
  readonly #parts: RunParts;
  readonly #supervisor: Supervisor;
  readonly #operators: OperatorsOf;
  readonly #began = performance.now();
  readonly #gaps: Evidence['gaps'][number][] = [];
  readonly #rolledBack: number[] = [];
  readonly #problems: Problem[] = [];
  readonly #footprints: Footprint[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { note } = parts.options;
    const { program, cluster } = parts;
    this.#supervisor = new Supervisor(program, note);
    this.#operators = new OperatorsOf({ program, supervisor: this.#supervisor, mongoUrl: cluster.mongoUrl, note });
  }

  readonly now = (): number => performance.now() - this.#began;

  async whole(
    planned: readonly Planned[],
    faults: Parameters<typeof runFaults>[1],
  ): Promise<Omit<TortureResult, 'planned' | 'leftOut'>> {
    const { cluster, program, options } = this.#parts;
    await statement(cluster, `${createTables}\n${createProbeTable}`);
    const urls = { sqlUrl: cluster.sqlUrl, mongoUrl: cluster.mongoUrl, database };
    const perSecond = options.perSecond === null ? {} : { perSecond: options.perSecond };
    const workload = await startWorkload({ ...urls, seed: options.seed, now: this.now, ...perSecond });
    await runCommandOf(program, ['prepare'], commandLimitMs);
    await this.#supervisor.go();
    await this.#supervisor.syncing();
    // Dropping a column shows in the log with the next event of its table: without a row there is none.
    await statement(cluster, "insert into drawers values (1, 'drawer', 1, 1, 1)");
    const watch = await watchEvidence({ ...urls, name: syncName });
    workload.go();
    options.note('both sides are filled, the sync runs, users are at work');
    const sampling = sampleEvery(async () => {
      await watch.sample();
      await this.#look();
    });
    try {
      const reports = await this.#faults(planned, faults, workload);
      await cluster.heal();
      const history = await workload.stop();
      options.note('all faults are undone, users have stopped');
      const settled = await settle(cluster, this.#operators, settleLimitMs);
      if (settled.problem !== null) this.#problem('at rest', settled.problem);
      options.note(`settled in ${settled.ms} ms`);
      await watch.quiet();
      await hold(quietMs);
      await sampling.end();
      await this.#operators.restoreRecord();
      const evidence = await watch.gather(history, this.#gaps, workload.initial);
      for (const one of await survivors(cluster, this.#rolledBack))
        this.#problem('rolled back', `${one} was rolled back on MongoDB and stands on PostgreSQL`);
      await this.#supervisor.hold();
      for (const { name, told } of reports.filter(({ failed }) => failed))
        this.#problem('the run itself', `${name} failed: ${told}`);
      for (const text of this.#supervisor.problems) this.#problem('the process', text);
      for (const text of growth(this.#footprints)) this.#problem('growth', text);
      return {
        faults: reports,
        writes: workload.counts,
        sync: this.#supervisor.counts,
        settledMs: settled.ms,
        problems: [...this.#problems, ...checkRun(evidence)],
        footprints: this.#footprints,
        evidence,
      };
    } finally {
      await sampling.end();
      await this.#supervisor.hold();
      await workload.stop().catch(() => undefined);
    }
  }

  async #faults(
    planned: readonly Planned[],
    faults: Parameters<typeof runFaults>[1],
    workload: Workload,
  ): Promise<readonly FaultReport[]> {
    const { cluster, options } = this.#parts;
    const started = this.now();
    const world: FaultWorld = {
      cluster,
      supervisor: this.#supervisor,
      application: workload,
      operators: this.#operators,
      points: options.points ?? orderedPoints,
      note: options.note,
      now: this.now,
      leftMs: () => started + options.seconds * 1000 - this.now(),
      accept: (gap) => void this.#gaps.push(gap),
      rolledBack: (id) => void this.#rolledBack.push(id),
    };
    const reports = await runFaults(planned, faults, { world, started });
    await hold(Math.max(0, world.leftMs()));
    return reports;
  }

  async #look(): Promise<void> {
    const seen = await lookAt(this.#supervisor.current?.pid);
    if (seen === null) return;
    const atMs = this.now();
    const status = await this.#operators.status(lookLimitMs).catch(() => null);
    const lags = Object.values(status?.links ?? {}).map(({ lagMs }) => lagMs);
    this.#footprints.push({ ...seen, atMs, lagMs: lags.length === 0 ? null : Math.max(...lags) });
  }

  #problem(check: string, text: string): void {
    this.#problems.push({ check, table: null, key: null, text });
  }
}

async function statement({ sqlUrl }: Cluster, text: string): Promise<void> {
  await withClient(sqlUrl, (client) => client.query(text));
}

/** As long as anything is looked for in the logs: what is not read in time the oplog forgets. */
function sampleEvery(sample: () => Promise<void>): { readonly end: () => Promise<void> } {
  let over = false;
  const loop = async (): Promise<void> => {
    while (!over) {
      await sample();
      await hold(sampleEveryMs);
    }
  };
  const running = loop();
  return {
    end: async () => {
      over = true;
      await running;
    },
  };
}
