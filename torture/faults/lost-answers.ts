/** The connection ends between a COMMIT and its answer: timed by what the server says that it has committed. */

import { withClient } from '../../src/testing/servers/with-client.js';
import { awaitPrimary } from '../cluster/replica-set.js';
import type { ServerProxy } from '../cluster/server-proxy.js';
import { type Fault, hold } from './fault.js';

/** Answers are on their way for so long: time enough to see the COMMIT and cut. */
const answerMs = 400;
const lookEveryMs = 10;

/** Cuts the proxy whenever `committed` says that an answer is under way; gives how often. */
async function cutAnswers(proxy: ServerProxy, committed: () => Promise<boolean>, forMs: number): Promise<number> {
  const cure = await proxy.poison({ type: 'latency', stream: 'downstream', attributes: { latency: answerMs } });
  const until = performance.now() + forMs;
  let cuts = 0;
  try {
    while (performance.now() < until) {
      if (!(await committed())) {
        await hold(lookEveryMs);
        continue;
      }
      await proxy.cut();
      cuts += 1;
      await proxy.open();
      // Long enough for new connections, all delayed too, to have something to commit.
      await hold(1_500);
    }
  } finally {
    await proxy.open();
    await cure();
  }
  return cuts;
}

export const lostAnswers: readonly Fault[] = [
  {
    name: 'reset-at-commit-sql',
    does: 'the connection to PostgreSQL ends after a COMMIT of the sync was done and before its answer',
    touches: ['sql-network', 'postgres'],
    seconds: [4, 12],
    async run({ cluster }, { forMs }) {
      return withClient(cluster.sqlUrl, async (client) => {
        const committed = async (): Promise<boolean> => {
          const { rows } = await client.query<{ found: boolean }>(
            `select count(*) > 0 as found from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and application_name like 'isthmus%'
               and query ilike 'commit%' and state = 'idle' and state_change > clock_timestamp() - interval '200 ms'`,
          );
          return rows[0]?.found === true;
        };
        return `${await cutAnswers(cluster.proxies.sql, committed, forMs)} answers to COMMIT lost`;
      });
    },
  },
  {
    name: 'reset-at-commit-mongodb',
    does: 'the connection to the primary ends after a transaction was committed and before its answer',
    touches: ['mongodb'],
    seconds: [4, 12],
    async run({ cluster }, { forMs }) {
      const at = await awaitPrimary(cluster.mongo.members);
      const member = cluster.mongo.members[at];
      const proxy = cluster.proxies.members[at];
      if (member === undefined || proxy === undefined) throw new Error(`there is no member ${at}`);
      return member.withClient(async (client) => {
        let last: number | null = null;
        const committed = async (): Promise<boolean> => {
          const { transactions } = await client.db('admin').command({ serverStatus: 1 });
          const before = last;
          last = Number((transactions as { totalCommitted: unknown }).totalCommitted);
          return before !== null && last > before;
        };
        return `${await cutAnswers(proxy, committed, forMs)} answers to commits lost`;
      });
    },
  },
];
