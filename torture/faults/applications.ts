/** What users' own programs do to the sync: locks that are kept, deadlocks, columns that come and go. */
import { waitFor } from '../../src/testing/wait-for.js';
import { type Fault, hold } from './fault.js';

const stopLimitMs = 60_000;

export const applications: readonly Fault[] = [
  {
    name: 'lock-wait',
    does: 'an application’s transaction keeps row locks',
    touches: ['application'],
    seconds: [1, 8],
    async run({ application }, { forMs }) {
      await application.lockFor(forMs);
      return `locks for ${(forMs / 1000).toFixed(1)} s`;
    },
  },
  {
    name: 'deadlock',
    does: 'transactions of an application that wait for each other',
    touches: ['application'],
    seconds: [1, 3],
    async run({ application }, { random }) {
      const times = 1 + random.int(3);
      for (let each = 0; each < times; each++) await application.deadlock();
      return `${times} times`;
    },
  },
  {
    name: 'add-column',
    does: 'a column with values is added to a synced table in mid-stream',
    touches: ['application', 'sync'],
    seconds: [1, 4],
    async run({ application, operators }, { forMs }) {
      await application.addColumn();
      await hold(forMs);
      // A running process says that it does not map it; the next one does, and loads it.
      await operators.restart();
      return 'added, and mapped by a restart';
    },
  },
  {
    name: 'drop-column',
    does: 'a column is dropped in mid-stream: its table stops until an operator loads it',
    touches: ['application', 'sync'],
    seconds: [3, 6],
    async run({ application, operators, supervisor }, { forMs }) {
      const before = await supervisor.syncing();
      await application.dropColumn();
      await supervisor.syncing();
      const stopped = await waitFor(
        async () => {
          const tables = await operators.stoppedTables().catch(() => []);
          if (tables.length > 0) return tables;
          // Who starts after the drop maps the table anew.
          return before.isOver && supervisor.current?.hasSynced ? [] : null;
        },
        { what: 'the table to be stopped', limitMs: stopLimitMs },
      );
      if (stopped.length === 0) return 'the process that mapped it had ended before it knew';
      await hold(forMs / 2);
      try {
        for (const table of stopped) await operators.load(table);
      } catch (error) {
        // It failed, which is told; all that comes after it must not hang on that.
        await operators.restart();
        throw error;
      }
      return `stopped and loaded again: ${stopped.join(', ')}`;
    },
  },
];
