import { expect, it } from 'vitest';
import { Random } from './random.js';
import { Actor, Scheduler, settled } from './scheduler.js';

async function order(seed: number): Promise<string[]> {
  const scheduler = new Scheduler(new Random(seed));
  const actors = ['a', 'b', 'c'].map((name) => new Actor(name));
  const done: string[] = [];
  for (const actor of actors) {
    const work = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) await scheduler.step(actor, 'step', () => done.push(`${actor.name}${i}`));
    };
    void work();
  }
  while (scheduler.tick()) await settled();
  return done;
}

it('makes the same order of the same seed, and others of others', async () => {
  expect(await order(1)).toEqual(await order(1));
  expect(new Set((await Promise.all([1, 2, 3, 4].map(order))).map(String)).size).toBeGreaterThan(1);
});

it('waits for a condition, and runs nothing of a killed or paused actor', async () => {
  const scheduler = new Scheduler(new Random(1));
  const [dead, slow] = [new Actor('dead'), new Actor('slow')];
  const done: string[] = [];
  let open = false;
  void scheduler.step(dead, 'never', () => done.push('dead'));
  void scheduler.step(
    slow,
    'gated',
    () => done.push('gated'),
    () => open,
  );
  scheduler.kill(dead);
  expect(scheduler.tick()).toBe(false);
  open = true;
  slow.paused = true;
  expect(scheduler.tick()).toBe(false);
  slow.paused = false;
  scheduler.tick();
  expect(done).toEqual(['gated']);
});

it('lets sleepers wake in the order of their time, and early when they are told to', async () => {
  const scheduler = new Scheduler(new Random(1));
  const actor = new Actor('a');
  const clock = scheduler.clock(actor);
  const done: string[] = [];
  const abort = new AbortController();
  void clock.sleep(50).then(() => done.push('50'));
  void clock.sleep(10).then(() => done.push('10'));
  void clock.sleep(1000, abort.signal).then(() => done.push('aborted'));
  abort.abort();
  await settled();
  while (scheduler.tick()) await settled();
  expect(done).toEqual(['aborted', '10', '50']);
});
