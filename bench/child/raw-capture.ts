/** Reading a change stream with the bare driver: as many events, with the same images, as bytes that nobody looks into. */
import { MongoClient } from 'mongodb';
import { tokenOf } from '../../src/mongodb/position.js';
import type { Job } from '../jobs.js';
import { collection } from '../people.js';
import { type Measured, measured } from './measured.js';

/** Without these the driver takes an empty reply for the end; its types know them for `find` only. */
const tail = { tailable: true, awaitData: true };

/** As our own reader asks for. */
const batchSize = 2000;

export async function rawCapture({ config, from, changes }: Extract<Job, { kind: 'raw-capture' }>): Promise<Measured> {
  const client = await new MongoClient(config.mongodb?.url as string).connect();
  const images = { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' };
  // The driver's `watch` fails with raw replies; this is the same cursor.
  const cursor = client
    .db(config.mongodb?.database as string)
    .aggregate([{ $changeStream: { ...images, startAfter: tokenOf(from) } }, { $match: { 'ns.coll': collection } }], {
      raw: true,
      ...tail,
      batchSize,
      readConcern: { level: 'majority' },
    });
  const result = await measured(changes, async () => {
    for (let count = 0; count < changes; count++) await cursor.next();
  });
  await cursor.close();
  await client.close();
  return result;
}
