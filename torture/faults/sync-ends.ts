/** kill -9 of the sync, at random and at named points. */
import { faultPoints } from '../../src/base/fault-points.js';
import type { Random } from '../../src/testing/random.js';
import { waitFor } from '../../src/testing/wait-for.js';
import { type Fault, type FaultWorld, hold } from './fault.js';

/** Met in a first start only, or when a person gives up a dead letter: not in the middle of a run. */
const elsewhere = (point: string): boolean =>
  point.startsWith('prepare.') || point.startsWith('discard.') || point === 'start.position-stored';

/** In the walk over all of them, where many kills matter more than what came before each. */
const timesInWalk = 3;
/** On a machine that does other things as well. */
const pointLimitMs = 15_000;

/** Points of a running sync, which a kill can be ordered at. */
export const orderedPoints = faultPoints.filter((point) => !elsewhere(point));

/** Met once in a while only; of what a link advances, most is superseded before it is written. */
const rare = ['start.', 'save.', 'load.', 'advance.after-commit'];

/** Which time it ends there: later ones meet state that earlier ones left. */
function timesFor(point: string, random: Random): number {
  if (rare.some((begin) => point.startsWith(begin))) return 1;
  return 1 + random.int(point.startsWith('batch.') ? 30 : 4);
}

async function killAt(world: FaultWorld, point: string, { times, limitMs, random }: Order): Promise<string> {
  const { supervisor, operators } = world;
  const hits = (): number => supervisor.counts.pointsHit[point] ?? 0;
  const before = hits();
  await supervisor.kill(`${point}:${times}`);
  const until = performance.now() + limitMs;
  const reached = (): boolean | null => (hits() > before ? true : performance.now() > until ? false : null);
  if (point.startsWith('load.')) {
    await waitFor(() => supervisor.current?.hasSynced === true || reached() !== null, { what: 'the sync', limitMs });
    await operators.beginLoad(random).catch((error: Error) => world.note(`no load was begun: ${error.message}`));
  }
  const outcome = await waitFor(() => (reached() === null ? null : { hit: reached() }), {
    what: point,
    limitMs: limitMs + 1_000,
  });
  return `${point}:${times} ${outcome.hit === true ? 'reached' : 'not reached in time'}`;
}

interface Order {
  readonly times: number;
  readonly limitMs: number;
  readonly random: Random;
}

export const syncEnds: readonly Fault[] = [
  {
    name: 'kill-sync',
    does: 'kill -9 of the sync at random moments',
    touches: ['sync'],
    seconds: [2, 6],
    async run({ supervisor }, { forMs, random }) {
      const kills = 1 + random.int(3);
      for (let each = 0; each < kills; each++) {
        await hold((forMs / kills) * (0.5 + random.next() / 2));
        await supervisor.kill();
      }
      await supervisor.syncing();
      return `${kills} kills`;
    },
  },
  {
    name: 'kill-at-point',
    does: 'kill -9 of the sync at a named point of its code, one of those in src/base/fault-points.ts',
    touches: ['sync'],
    seconds: [3, 8],
    async run(world, { forMs, random }) {
      const point = random.pick(orderedPoints);
      const told = await killAt(world, point, { times: timesFor(point, random), limitMs: forMs, random });
      await world.supervisor.syncing();
      return told;
    },
  },
  {
    name: 'every-point',
    does: 'kill -9 of the sync at each of those points in turn, as often as the run’s time allows; only when named',
    touches: ['sync'],
    // It takes what it takes, once at least.
    seconds: [1, 1],
    rare: true,
    onlyNamed: true,
    async run(world, { random }) {
      const missed: string[] = [];
      let rounds = 0;
      do {
        for (const point of world.points) {
          const limitMs = pointLimitMs;
          const times = Math.min(timesFor(point, random), 1 + random.int(timesInWalk));
          const told = await killAt(world, point, { times, limitMs, random });
          world.note(told);
          if (told.endsWith('in time')) missed.push(point);
        }
        rounds += 1;
      } while (world.leftMs() > 0);
      await world.supervisor.syncing();
      const met = `${rounds} times each of ${world.points.length}`;
      return missed.length === 0 ? met : `${met}, not reached: ${missed.join(', ')}`;
    },
  },
];
