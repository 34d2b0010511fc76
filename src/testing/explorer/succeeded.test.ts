import { expect, it } from 'vitest';
import { MemoryConflicts } from '../memory/memory-conflicts.js';
import { MemoryCourses } from '../memory/memory-courses.js';
import { MemorySide } from '../memory/memory-side.js';
import { Random } from '../random.js';
import { Scheduler, settled } from '../scheduler.js';
import { makeDecider } from './decide.js';
import { History } from './history.js';
import { Process, type ProcessParts } from './process.js';
import { drawScenario, scenarioNamed } from './scenario.js';
import { drawOptions, makeEntities, tableRules } from './setup.js';

/** Two sides that nobody writes to, and a heartbeat that never comes. */
function quietWorld(seed: number): { readonly scheduler: Scheduler; readonly parts: ProcessParts } {
  const random = new Random(seed);
  const scenario = drawScenario(random, scenarioNamed('plain'));
  const scheduler = new Scheduler(random);
  const conflicts = new MemoryConflicts();
  const side = (name: 'sql' | 'mongodb'): MemorySide =>
    new MemorySide(name, {
      scheduler,
      random,
      rules: tableRules(scenario, name, { mended: false }),
      partSize: 1,
      conflicts,
      faults: () => 0,
      disabledRules: new Set(),
    });
  const { options } = drawOptions(random, scenario, []);
  const sides = { sql: side('sql'), mongodb: side('mongodb') };
  scheduler.onIdle = () => sides.sql.log.publish() || sides.mongodb.log.publish();
  const engine = {
    entities: makeEntities(random, scenario),
    resolve: makeDecider(new History(), { seed, manual: false }),
    options: { ...options, heartbeatMs: 1e9 },
  };
  return {
    scheduler,
    parts: {
      ...{ scheduler, ...sides, conflicts, engine, passive: () => {} },
      ...{ courses: new MemoryCourses(), commonCourse: null, looksMs: 0 },
    },
  };
}

async function until(scheduler: Scheduler, done: () => boolean): Promise<void> {
  for (let steps = 0; !done(); steps++) {
    if (steps > 2000) throw new Error(`did not happen; next: ${scheduler.waiting().join(', ')}`);
    scheduler.tick();
    await settled();
  }
}

it('a process that was succeeded in the middle of its start learns it, though nothing is written and its successor is gone', async () => {
  for (let seed = 1; seed <= 400; seed++) {
    const { scheduler, parts } = quietWorld(seed);
    const first = new Process('first', parts);
    const steps = scheduler.steps + 10 + (seed % 40);
    await until(scheduler, () => scheduler.steps >= steps);
    const reigned = first.engine.epoch > 0;
    first.actor.paused = true;
    const second = new Process('second', parts);
    await until(scheduler, () => second.started);
    second.stop();
    await until(scheduler, () => second.stopped);
    first.actor.paused = false;
    // One that had not taken over yet does so now, and is nobody's predecessor.
    await until(scheduler, () => (reigned ? first.failure !== null : first.started));
    expect(first.failure?.code, `seed ${seed}`).toBe(reigned ? 'fenced' : undefined);
  }
});
