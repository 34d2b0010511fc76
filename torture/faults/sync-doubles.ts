/** The sync frozen and continued, and two of it at once. */
import type { Ended, SyncProcess } from '../cluster/sync-process.js';
import { type Fault, hold } from './fault.js';

/** A process that cannot reach its servers cannot learn that it was succeeded: all that holds it up must have passed by then. */
const fencedLimitMs = 90_000;

/** How the first of them to end ended. */
async function firstEnd(processes: readonly SyncProcess[]): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const names = processes.map(({ name }) => name).join(' and ');
    timer = setTimeout(() => reject(new Error(`${names} did not end within ${fencedLimitMs} ms`)), fencedLimitMs);
  });
  try {
    return await Promise.race([late, ...processes.map(({ ended }) => ended)]);
  } finally {
    clearTimeout(timer);
  }
}

export const syncDoubles: readonly Fault[] = [
  {
    name: 'freeze-sync',
    does: 'SIGSTOP of the sync for 1 to 60 s, then SIGCONT: it must go on, or start anew, by itself',
    touches: ['sync'],
    seconds: [1, 60],
    async run({ supervisor }, { forMs }) {
      const process = await supervisor.syncing();
      process.signal('SIGSTOP');
      await hold(forMs);
      process.signal('SIGCONT');
      await supervisor.syncing();
      return `frozen for ${(forMs / 1000).toFixed(1)} s`;
    },
  },
  {
    name: 'zombie-sync',
    does: 'SIGSTOP of the sync; a second one takes over meanwhile; then SIGCONT: the first must end with 4, fenced',
    touches: ['sync'],
    seconds: [2, 20],
    async run({ supervisor }, { forMs, random }) {
      const zombie = await supervisor.syncing();
      zombie.signal('SIGSTOP');
      await hold(forMs * random.next() * 0.5);
      const rival = await supervisor.startRival();
      await supervisor.syncing();
      await hold(forMs * 0.5);
      zombie.signal('SIGCONT');
      // A rival that another fault ended before it took over has fenced nobody.
      const { error } = await firstEnd([zombie, rival]);
      await supervisor.syncing();
      if (!zombie.isOver) return `the second one ended before it took over (${error ?? 'no error said'})`;
      return `the zombie ended: ${error ?? 'no error said'}`;
    },
  },
  {
    name: 'second-sync',
    does: 'a second sync is started by mistake while the first one runs: one of them must end with 4, fenced',
    touches: ['sync'],
    seconds: [2, 6],
    async run({ supervisor }, { forMs }) {
      const first = await supervisor.syncing();
      const second = await supervisor.startRival();
      const { error } = await firstEnd([first, second]);
      await hold(forMs);
      await supervisor.syncing();
      return `one ended: ${error ?? 'no error said'}`;
    },
  },
  {
    name: 'second-sync-same-port',
    does: 'a second sync is started by mistake with the first one’s configuration, port of the API included: one must go on',
    touches: ['sync'],
    seconds: [2, 6],
    async run({ supervisor }, { forMs }) {
      const first = await supervisor.syncing();
      const second = await supervisor.startRival(first.port);
      const { error } = await firstEnd([first, second]);
      await hold(forMs);
      const both = first.isOver && second.isOver;
      await supervisor.syncing();
      if (both) throw new Error('both processes ended, and nobody synced any more');
      return `one ended: ${error ?? 'no error said'}`;
    },
  },
];
