/** Runs a plan: each fault at its time, or when what it touches is free again, whichever is later. Must not know any fault. */
import { Random } from '../../src/testing/random.js';
import { type Fault, type FaultWorld, hold, type Touched } from './fault.js';
import type { Planned } from './schedule.js';

export interface FaultReport {
  readonly name: string;
  readonly plannedMs: number;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly told: string;
  readonly failed: boolean;
}

/** `started`: by the run's clock, when the plan's zero is. */
export async function runFaults(
  planned: readonly Planned[],
  faults: readonly Fault[],
  { world, started }: { readonly world: FaultWorld; readonly started: number },
): Promise<readonly FaultReport[]> {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const busy = new Map<Touched, Promise<unknown>>();
  const running: Promise<FaultReport>[] = [];
  for (const plan of planned) {
    const fault = byName.get(plan.name);
    if (fault === undefined) throw new Error(`the plan names ${plan.name}, which is no fault`);
    await hold(Math.max(0, started + plan.atMs - world.now()));
    const before = fault.touches.map((touched) => busy.get(touched) ?? Promise.resolve());
    const run = Promise.all(before).then(() => runOne(fault, plan, { world, started }));
    for (const touched of fault.touches) busy.set(touched, run);
    running.push(run);
  }
  return Promise.all(running);
}

async function runOne(
  fault: Fault,
  plan: Planned,
  { world, started }: { readonly world: FaultWorld; readonly started: number },
): Promise<FaultReport> {
  const beganMs = Math.round(world.now() - started);
  world.note(`${fault.name} begins, for ${(plan.forMs / 1000).toFixed(1)} s`);
  const outcome = await fault.run(world, { forMs: plan.forMs, random: new Random(plan.seed) }).then(
    (told) => ({ told, failed: false }),
    (error: Error) => ({ told: error.message, failed: true }),
  );
  world.note(`${fault.name} ${outcome.failed ? 'failed' : 'ends'}: ${outcome.told}`);
  const endedMs = Math.round(world.now() - started);
  return { name: fault.name, plannedMs: plan.atMs, beganMs, endedMs, ...outcome };
}
