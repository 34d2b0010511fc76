/** Inserting with the bare drivers: what a load is compared with. */
import { MongoClient } from 'mongodb';
import pg from 'pg';
import type { Job } from '../jobs.js';
import { collection, personDocument } from '../people.js';
import { insertRows } from '../world.js';
import { type Measured, measured } from './measured.js';

export async function rawInsert({
  config,
  side,
  rows,
  batch,
}: Extract<Job, { kind: 'raw-insert' }>): Promise<Measured> {
  const batches = Array.from({ length: Math.ceil(rows / batch) }, (_, index) =>
    Array.from({ length: Math.min(batch, rows - index * batch) }, (_, offset) => index * batch + offset),
  );
  if (side === 'sql') {
    const client = new pg.Client({ connectionString: config.sql?.url as string });
    await client.connect();
    const result = await timed(rows, batches, (ids) => insertRows(client, ids));
    await client.end();
    return result;
  }
  const client = await new MongoClient(config.mongodb?.url as string).connect();
  const people = client.db(config.mongodb?.database as string).collection(collection);
  const result = await timed(rows, batches, async (ids) => {
    await people.insertMany(
      ids.map((id) => personDocument(id, 0)),
      { ordered: false },
    );
  });
  await client.close();
  return result;
}

function timed(
  rows: number,
  batches: readonly (readonly number[])[],
  insert: (ids: readonly number[]) => Promise<void>,
): Promise<Measured> {
  return measured(rows, async () => {
    for (const ids of batches) await insert(ids);
  });
}
