/** What a primary alone has written may be rolled back: it must not count before a majority has it. */
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { startMongo } from '../../src/testing/servers/mongo-server.js';
import { waitFor } from '../../src/testing/wait-for.js';
import { awaitPrimary } from '../cluster/replica-set.js';
import { EventCounts } from './event-counts.js';
import { Oplog } from './oplog.js';

test('a write that no follower has does not count; once they have it, it counts once, whoever else reads', async () => {
  const server = await startMongo({ members: 3 });
  const client = await new MongoClient(server.url).connect();
  const primary = await awaitPrimary(server.members);
  const followers = server.members.filter((_, at) => at !== primary);
  try {
    const notes = client.db('counted').collection<{ _id: number }>('notes');
    await notes.insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } });
    const counts = new EventCounts();
    const oplog = new Oplog('counted', counts);
    await oplog.prepare(client);
    for (const follower of followers) await follower.kill('SIGSTOP');
    await notes.insertOne({ _id: 2 }, { writeConcern: { w: 1 } });
    await oplog.read(client);
    expect(counts.all.get('notes')?.get('2')).toBeUndefined();
    for (const follower of followers) await follower.kill('SIGCONT');
    const counted = async (): Promise<boolean> => {
      // The set may be without a primary for a moment.
      await oplog.read(client).catch(() => undefined);
      return counts.all.get('notes')?.get('2') !== undefined;
    };
    await waitFor(counted, { what: 'a majority to have it', limitMs: 30_000 });
    await notes.insertOne({ _id: 3 }, { writeConcern: { w: 'majority' } });
    await Promise.all([oplog.read(client), oplog.read(client)]);
    expect(counts.all.get('notes')?.get('3')).toBe(1);
    expect(counts.all.get('notes')?.get('2')).toBe(1);
    expect(counts.all.get('notes')?.get('1')).toBeUndefined();
  } finally {
    for (const follower of followers) await follower.kill('SIGCONT');
    await client.close();
    await server.stop();
  }
});
