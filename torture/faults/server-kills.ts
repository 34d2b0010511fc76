/** kill -9 of the databases' servers. */
import { awaitPrimary, awaitSecondary } from '../cluster/replica-set.js';
import { type Fault, type FaultWorld, hold } from './fault.js';

async function killMember({ cluster }: FaultWorld, at: number, forMs: number): Promise<void> {
  const member = cluster.mongo.members[at];
  if (member === undefined) throw new Error(`there is no member ${at}`);
  await member.kill();
  await hold(forMs);
  await member.start();
  await awaitSecondary(member);
  await awaitPrimary(cluster.mongo.members);
}

export const serverKills: readonly Fault[] = [
  {
    name: 'kill-postgres',
    does: 'kill -9 of PostgreSQL; it is started again after a while',
    touches: ['postgres'],
    seconds: [1, 6],
    async run({ cluster }, { forMs }) {
      await cluster.postgres.kill();
      await hold(forMs);
      await cluster.postgres.start();
      return `away for ${(forMs / 1000).toFixed(1)} s`;
    },
  },
  {
    name: 'kill-mongod',
    does: 'kill -9 of one member of the replica set, any of the three',
    touches: ['mongodb'],
    seconds: [1, 6],
    async run(world, { forMs, random }) {
      const at = random.int(world.cluster.mongo.members.length);
      await killMember(world, at, forMs);
      return `member ${at}`;
    },
  },
  {
    name: 'kill-primary',
    does: 'kill -9 of the primary: an election, and what was not replicated is gone',
    touches: ['mongodb'],
    seconds: [3, 8],
    async run(world, { forMs }) {
      const at = await awaitPrimary(world.cluster.mongo.members);
      await killMember(world, at, forMs);
      return `member ${at} was the primary`;
    },
  },
];
