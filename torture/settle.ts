/** Waits until everything that users wrote has crossed: a probe on each side comes out on the other, and the sync says that nothing waits. */
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { waitFor } from '../src/testing/wait-for.js';
import type { Cluster } from './cluster/cluster.js';
import { database } from './cluster/cluster.js';
import type { OperatorsOf } from './operators.js';
import { probeTable } from './probe-entity.js';

export interface Settled {
  readonly ms: number;
  /** Null: at rest; else what did not come to rest, and where the sync stood. */
  readonly problem: string | null;
}

interface Probe {
  readonly _id: number;
  readonly n: number;
}

/** Looks at which nothing waited, one after the other: a batch between two places is in neither count for a moment. */
const quietLooks = 3;
const lastWordMs = 5_000;

export async function settle(cluster: Cluster, operators: OperatorsOf, limitMs: number): Promise<Settled> {
  const began = performance.now();
  const sql = new pg.Client({ connectionString: cluster.sqlUrl });
  const mongo = new MongoClient(cluster.mongoUrl);
  await sql.connect();
  const probes = mongo.db(database).collection<Probe>(probeTable);
  const id = 1 + (Date.now() % 500_000);
  const left = (): number => limitMs - (performance.now() - began);
  try {
    await sql.query(`insert into ${probeTable} values ($1, 1)`, [id]);
    await probes.insertOne({ _id: id + 500_000, n: 1 });
    const crossed = async (): Promise<boolean> => {
      const { rowCount } = await sql.query(`select 1 from ${probeTable} where id = $1`, [id + 500_000]);
      return rowCount === 1 && (await probes.countDocuments({ _id: id })) === 1;
    };
    await waitFor(crossed, { what: 'a probe of each side to cross', limitMs: left(), everyMs: 100 });
    let looks = 0;
    const calm = async (): Promise<boolean> => {
      const status = await operators.status().catch(() => null);
      const waits = status === null || Object.values(status.links).some(({ pending }) => pending > 0);
      looks = waits || status.state !== 'running' ? 0 : looks + 1;
      return looks >= quietLooks;
    };
    await waitFor(calm, { what: 'nothing to wait', limitMs: left(), everyMs: 200 });
    return { ms: Math.round(performance.now() - began), problem: null };
  } catch (error) {
    const status = await operators.status(lastWordMs).catch((reason: Error) => reason.message);
    const problem = `${(error as Error).message} The sync stood at ${JSON.stringify(status)}`;
    return { ms: Math.round(performance.now() - began), problem };
  } finally {
    await sql.end();
    await mongo.close();
  }
}

/** Which of these documents, that an old primary alone had taken, stand on a side all the same. */
export async function survivors(cluster: Cluster, ids: readonly number[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const sql = new pg.Client({ connectionString: cluster.sqlUrl });
  const mongo = new MongoClient(cluster.mongoUrl);
  await sql.connect();
  try {
    const { rows } = await sql.query<{ id: number }>(`select id from ${probeTable} where id = any($1)`, [ids]);
    const documents = await mongo
      .db(database)
      .collection<Probe>(probeTable)
      .find({ _id: { $in: [...ids] } })
      .toArray();
    // One that was replicated in time stands on both sides, and was never rolled back.
    const kept = new Set(documents.map(({ _id }) => _id));
    return rows.filter(({ id }) => !kept.has(id)).map(({ id }) => `${probeTable} ${id}`);
  } finally {
    await sql.end();
    await mongo.close();
  }
}
