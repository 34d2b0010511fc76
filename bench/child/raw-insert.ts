/** Inserting with the bare drivers: what a load is compared with. */
import { MongoClient } from 'mongodb';
import pg from 'pg';
import type { Job } from '../jobs.js';
import { collection, personDocument } from '../people.js';
import { insertRows } from '../world.js';
import type { Measured } from './main.js';

export async function rawInsert({ config, side, rows, batch }: Extract<Job, { kind: 'raw-insert' }>): Promise<Measured> {
  const batches = Array.from({ length: Math.ceil(rows / batch) }, (_, index) =>
    Array.from({ length: Math.min(batch, rows - index * batch) }, (_, offset) => index * batch + offset),
  );
  if (side === 'sql') {
    const client = new pg.Client({ connectionString: config.sql?.url as string });
    await client.connect();
    const seconds = await timed(batches, (ids) => insertRows(client, ids));
    await client.end();
    return { count: rows, seconds };
  }
  const client = await new MongoClient(config.mongodb?.url as string).connect();
  const people = client.db(config.mongodb?.database as string).collection(collection);
  const seconds = await timed(batches, async (ids) => {
    await people.insertMany(ids.map((id) => personDocument(id, 0)), { ordered: false });
  });
  await client.close();
  return { count: rows, seconds };
}

async function timed(batches: readonly (readonly number[])[], insert: (ids: readonly number[]) => Promise<void>): Promise<number> {
  const began = performance.now();
  for (const ids of batches) await insert(ids);
  return (performance.now() - began) / 1000;
}
