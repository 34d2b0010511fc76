/** Changes of the primary: in order, by force, and with writes of the old one that are rolled back. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../../src/testing/wait-for.js';
import { database } from '../cluster/cluster.js';
import { awaitPrimary, awaitSecondary, stepDown } from '../cluster/replica-set.js';
import { probeTable } from '../probe-entity.js';
import { type Fault, type FaultWorld, hold } from './fault.js';

/** Below the set's election timeout: the followers must not notice before the primary is alone. */
const silentMs = 1_200;
const probes = 20;
const rollbackLimitMs = 30_000;

/** Written to the old primary alone, with the acknowledgement of that one only. */
async function writeAlone(world: FaultWorld, at: number, firstId: number): Promise<readonly number[]> {
  const ids = Array.from({ length: probes }, (_, each) => firstId + each);
  const written: number[] = [];
  await world.cluster.mongo.members[at]?.withClient(async (client) => {
    const collection = client.db(database).collection<{ _id: number; n: number }>(probeTable);
    for (const _id of ids) {
      await collection.insertOne({ _id, n: -1 }, { writeConcern: { w: 1 } });
      written.push(_id);
    }
  });
  return written;
}

async function rolledBackFiles(world: FaultWorld, at: number): Promise<number> {
  const folder = join(world.cluster.mongo.members[at]?.folder.dataDir ?? '', 'rollback');
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((name) => name.endsWith('.bson')).length;
}

async function rollBack(world: FaultWorld, { firstId, forMs }: { firstId: number; forMs: number }): Promise<string> {
  const { members } = world.cluster.mongo;
  const { proxies } = world.cluster;
  const at = await awaitPrimary(members);
  const followers = members.filter((_, each) => each !== at);
  const filesBefore = await rolledBackFiles(world, at);
  let written: readonly number[] = [];
  try {
    // First nobody follows: what users and the sync commit in this time stands on the primary alone, unacknowledged.
    for (const follower of followers) await follower.kill('SIGSTOP');
    await hold(silentMs);
    await proxies.members[at]?.cut();
    written = await writeAlone(world, at, firstId);
  } finally {
    for (const follower of followers) await follower.kill('SIGCONT');
  }
  try {
    await awaitPrimary(members, at);
    await hold(forMs);
  } finally {
    await proxies.members[at]?.open();
  }
  const old = members[at];
  if (old !== undefined) await awaitSecondary(old);
  for (const id of written) world.rolledBack(id);
  const rolledBack = async (): Promise<boolean> => (await rolledBackFiles(world, at)) > filesBefore;
  await waitFor(rolledBack, { what: 'the old primary to roll back', limitMs: rollbackLimitMs, everyMs: 100 });
  return `${written.length} writes of the old primary, member ${at}, rolled back`;
}

let nextProbe = 1_000_000;

export const elections: readonly Fault[] = [
  {
    name: 'step-down',
    does: 'the primary steps down and another one is elected, several times',
    touches: ['mongodb'],
    seconds: [3, 10],
    async run({ cluster }, { forMs, random }) {
      const { members } = cluster.mongo;
      const times = 1 + random.int(2);
      const told: string[] = [];
      for (let each = 0; each < times; each++) {
        const at = await awaitPrimary(members);
        const member = members[at];
        if (member !== undefined) await stepDown(member, 10);
        await hold(forMs / times);
        told.push(`${at} to ${await awaitPrimary(members)}`);
      }
      return `primary ${told.join(', ')}`;
    },
  },
  {
    name: 'rolled-back-write',
    does: 'the primary is isolated while it takes writes that only it acknowledges; another is elected; those writes are rolled back',
    touches: ['mongodb'],
    seconds: [2, 6],
    async run(world, { forMs }) {
      const firstId = nextProbe;
      nextProbe += probes;
      return rollBack(world, { firstId, forMs });
    },
  },
];
