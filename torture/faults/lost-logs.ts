/** A log that has forgotten the sync's place: it must stop with 4, and operators go the way of docs/runbook.md. */

import { type Document, MongoClient, type Timestamp } from 'mongodb';
import type { Side } from '../../src/model/side.js';
import type { Mongod } from '../../src/testing/servers/mongod.js';
import { withClient } from '../../src/testing/servers/with-client.js';
import { syncName } from '../cluster/cluster.js';
import { type Fault, type FaultWorld, hold } from './fault.js';

const noise = 'torture_noise';
/** About eight times the oplog, which begins to forget at the checkpoint after it is full. */
const mostPortions = 1_000;
const portionsPerLook = 30;
const lagMs = 5_000;

/** What lies between the sync's stop and the end of the way back is accepted as a gap, of both logs: the way begins both anew. */
async function loseAndReturn(
  world: FaultWorld,
  lose: () => Promise<string>,
  codes: readonly string[],
): Promise<string> {
  const { supervisor, operators, now } = world;
  // What had not crossed when it was stopped is lost with the place in the log.
  const from = now() - lagMs;
  await supervisor.hold();
  let lost: string;
  try {
    lost = await lose();
  } catch (error) {
    await supervisor.go();
    throw error;
  }
  const code = await supervisor.stopsWith(codes);
  await operators.beginAnew();
  for (const side of ['sql', 'mongodb'] satisfies readonly Side[]) world.accept({ side, from, to: now() });
  return `${lost}; it stopped with ${code}; begun anew`;
}

async function dropSlot(url: string): Promise<void> {
  await withClient(url, (client) => client.query('select pg_drop_replication_slot($1)', [`isthmus_${syncName}`]));
}

/** Writes to a database that is not synced until the oplog of every member begins after this second. */
async function rollOver({ cluster }: FaultWorld, after: number): Promise<number> {
  const client = new MongoClient(cluster.mongoUrl);
  const text = 'x'.repeat(16_000);
  try {
    const collection = client.db(noise).collection(noise);
    for (let portions = 1; portions <= mostPortions; portions++) {
      await collection.insertMany(Array.from({ length: 60 }, () => ({ text })));
      if (portions % portionsPerLook !== 0) continue;
      const oldest = await Promise.all(cluster.mongo.members.map(oldestSecond));
      if (oldest.every((second) => second > after)) return portions;
    }
    throw new Error('the oplog did not roll over');
  } finally {
    await client
      .db(noise)
      .dropDatabase()
      .finally(() => client.close());
  }
}

/** Of what the member's oplog holds. */
function oldestSecond(member: Mongod): Promise<number> {
  return member.withClient(
    async (client) => {
      const entry = await client
        .db('local')
        .collection<Document>('oplog.rs')
        .findOne({}, { sort: { $natural: 1 } });
      return (entry?.['ts'] as Timestamp | undefined)?.getHighBits() ?? 0;
    },
    { readPreference: 'secondaryPreferred' },
  );
}

export const lostLogs: readonly Fault[] = [
  {
    name: 'slot-dropped',
    does: 'the replication slot is dropped: the sync must stop with 4, slot_lost; then the way back of the runbook',
    touches: ['sync', 'postgres', 'sql-network', 'mongodb', 'application'],
    seconds: [2, 5],
    rare: true,
    run: (world, { forMs }) =>
      loseAndReturn(world, async () => {
        await dropSlot(world.cluster.sqlUrl);
        await hold(forMs);
        return 'slot dropped';
      }, ['slot_lost']),
  },
  {
    name: 'oplog-rolled-over',
    does: 'the oplog forgets the sync’s place: it must stop with 4, token_lost; then the way back of the runbook',
    touches: ['sync', 'postgres', 'sql-network', 'mongodb', 'application'],
    seconds: [2, 5],
    rare: true,
    run: (world) =>
      loseAndReturn(world, async () => `oplog rolled over by ${await rollOver(world, Date.now() / 1000)} MB`, [
        'token_lost',
        'pre_image_missing',
      ]),
  },
];
