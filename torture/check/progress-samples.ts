/** Reads the progress that the sync stores in each database. Must not know what it means. */
import type { ClientSession, MongoClient } from 'mongodb';
import type pg from 'pg';
import type { ProgressSample } from '../evidence.js';

interface Lane {
  readonly lane: number;
  readonly epoch: number;
  readonly number: number;
}

/** Null: nothing is stored yet. The epoch is the lowest of all lanes, so that one that falls back is seen. */
function sampleOf(side: ProgressSample['side'], at: number, lanes: readonly Lane[]): ProgressSample | null {
  if (lanes.length === 0) return null;
  return {
    side,
    at,
    epoch: Math.min(...lanes.map(({ epoch }) => epoch)),
    numbers: Object.fromEntries(lanes.map(({ lane, number }) => [String(lane), number])),
  };
}

export async function sampleSql(client: pg.Client, name: string, at: number): Promise<ProgressSample | null> {
  const there = await client.query<{ there: boolean }>(`select to_regclass('isthmus.progress') is not null as there`);
  if (there.rows[0]?.there !== true) return null;
  const { rows } = await client.query<Lane>(
    'select lane, epoch::float8 as epoch, number::float8 as number from isthmus.progress where name = $1',
    [name],
  );
  return sampleOf('sql', at, rows);
}

/** In a causally consistent session: a deposed primary's older state would look like progress that falls. */
export async function sampleMongo(
  client: MongoClient,
  of: { readonly database: string; readonly name: string; readonly at: number; readonly session: ClientSession },
): Promise<ProgressSample | null> {
  const found = await client
    .db(of.database)
    .collection('isthmus_progress')
    .find({ name: of.name }, { session: of.session, readConcern: { level: 'majority' } })
    .toArray();
  const lanes = found.map((one) => ({
    lane: Number(one['lane']),
    epoch: Number(one['epoch']),
    number: Number(one['number']),
  }));
  return sampleOf('mongodb', of.at, lanes);
}
