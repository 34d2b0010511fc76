/** Writing with the bare drivers: the same transactions, one after the other on as many connections as there are lanes, without code of ours. */
import { Long, MongoClient } from 'mongodb';
import pg from 'pg';
import type { WriteJob } from '../jobs.js';
import { collection, personChange, personState, scattered } from '../people.js';
import { type Measured, measured } from './measured.js';

export async function rawWrite(job: WriteJob): Promise<Measured> {
  const at = scattered(job.rows);
  const batches: number[][] = [];
  for (let from = 0; from < job.rows; from += job.batch)
    batches.push(Array.from({ length: Math.min(job.batch, job.rows - from) }, (_, index) => at(from + index)));
  return job.side === 'sql' ? toSql(job, batches) : toMongo(job, batches);
}

const update = `with u as (update people as t set amount = w.amount, quantity = w.quantity, changed = w.changed
  from unnest($1::bigint[], $2::numeric[], $3::integer[], $4::timestamptz[]) as w(id, amount, quantity, changed) where t.id = w.id returning 1) select count(*) from u`;

async function toSql(job: WriteJob, batches: readonly (readonly number[])[]): Promise<Measured> {
  const url = job.config.sql?.url as string;
  const clients = await Promise.all(Array.from({ length: job.lanes }, () => connect(url)));
  const first = clients[0] as pg.Client;
  await first.query('create table if not exists bench_progress (lane int primary key, number bigint)');
  await first.query(
    'insert into bench_progress select l, 0 from generate_series(0, $1::int - 1) as l on conflict do nothing',
    [job.lanes],
  );
  const next = batches[Symbol.iterator]();
  const result = await measured(job.rows, () =>
    all(
      clients.map(async (client, lane) => {
        for (const ids of next) {
          const states = ids.map((id) => personState(id, job.version + 1));
          const keys = ids.map(String);
          await Promise.all([
            client.query('begin'),
            client.query({
              name: 'p',
              text: 'update bench_progress set number = number + 1 where lane = $1',
              values: [lane],
            }),
            client.query({
              name: 'r',
              text: 'select * from people where id = any ($1::bigint[]) for update',
              values: [keys],
              rowMode: 'array',
            }),
          ]);
          const values = [
            keys,
            states.map((state) => state[2]),
            states.map((state) => state[3]),
            states.map((state) => state[6]),
          ];
          await Promise.all([client.query({ name: 'u', text: update, values }), client.query('commit')]);
        }
      }),
    ),
  );
  await Promise.all(clients.map((client) => client.end()));
  return result;
}

async function connect(url: string): Promise<pg.Client> {
  const types = { getTypeParser: () => (value: unknown) => value };
  const client = new pg.Client({ connectionString: url, pipeline: true, types } as unknown as pg.ClientConfig);
  await client.connect();
  await client.query(`set session_replication_role = replica`);
  return client;
}

async function toMongo(job: WriteJob, batches: readonly (readonly number[])[]): Promise<Measured> {
  const client = await new MongoClient(job.config.mongodb?.url as string).connect();
  const db = client.db(job.config.mongodb?.database as string);
  const progress = db.collection<{ _id: number; number: number }>('bench_progress');
  await Promise.all(
    Array.from({ length: job.lanes }, (_, lane) =>
      progress.updateOne({ _id: lane }, { $set: { number: 0 } }, { upsert: true }),
    ),
  );
  const next = batches[Symbol.iterator]();
  const result = await measured(job.rows, () =>
    all(
      Array.from({ length: job.lanes }, async (_, lane) => {
        const session = client.startSession({ causalConsistency: false });
        for (const ids of next) {
          session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
          await progress.updateOne({ _id: lane }, { $inc: { number: 1 } }, { session });
          const keys = ids.map((id) => Long.fromNumber(id));
          await db.command(
            { find: collection, filter: { _id: { $in: keys } }, batchSize: keys.length, singleBatch: true },
            { session, raw: true },
          );
          const updates = ids.map((id, index) => ({
            q: { _id: keys[index] },
            u: { $set: personChange(id, job.version + 1) },
          }));
          await db.command({ update: collection, updates, ordered: false }, { session });
          await session.commitTransaction();
        }
        await session.endSession();
      }),
    ),
  );
  await client.close();
  return result;
}

async function all(tasks: readonly Promise<void>[]): Promise<void> {
  await Promise.all(tasks);
}
