/** When things were committed, by the servers' own records (commit timestamps, oplog), so that nothing of ours measures itself. */
import type { Document } from 'mongodb';
import { collection } from './people.js';
import type { World } from './world.js';

export interface CommitSpan {
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Rows a second from the first to the last commit, without the first one's own rows. */
  readonly perSecond: number;
}

/** Whose writes on MongoDB are asked for. */
export interface MongoWrites {
  readonly sinceMs: number;
  /** Default: that of the people. */
  readonly collection?: string;
}

interface Commit {
  readonly atMs: number;
  readonly rows: number;
}

/** Rows written to PostgreSQL after `sinceMs`. */
export async function sqlSpan({ sql }: World, sinceMs: number): Promise<CommitSpan> {
  const { rows } = await sql.query<{ at: number; rows: number }>(
    `select extract(epoch from at)::float8 * 1000 as at, rows::int from (
      select pg_xact_commit_timestamp(xmin) as at, count(*) as rows from people group by xmin) as t
     where at > to_timestamp($1::float8 / 1000) order by 1`,
    [sinceMs],
  );
  return spanOf(rows.map(({ at, rows: count }) => ({ atMs: at, rows: count })));
}

/** Documents written to MongoDB, in transactions or alone. */
export async function mongoSpan(world: World, writes: MongoWrites): Promise<CommitSpan> {
  const found = oplog<{ at: Date; rows: number }>(world, writes, [
    { $group: { _id: '$at', rows: { $sum: 1 } } },
    { $project: { _id: 0, at: '$_id', rows: 1 } },
    { $sort: { at: 1 } },
  ]);
  return spanOf((await found).map(({ at, rows }) => ({ atMs: at.getTime(), rows })));
}

export function spanOn(side: 'sql' | 'mongodb', world: World, sinceMs: number): Promise<CommitSpan> {
  return side === 'sql' ? sqlSpan(world, sinceMs) : mongoSpan(world, { sinceMs });
}

function spanOf(commits: readonly Commit[]): CommitSpan {
  const first = commits[0];
  const last = commits.at(-1);
  const rows = commits.reduce((sum, commit) => sum + commit.rows, 0);
  if (first === undefined || last === undefined) return { rows, firstMs: 0, lastMs: 0, perSecond: 0 };
  const perSecond = (rows - first.rows) / Math.max(0.001, (last.atMs - first.atMs) / 1000);
  return { rows, firstMs: first.atMs, lastMs: last.atMs, perSecond };
}

/** Record → when it was last written to PostgreSQL. */
export async function sqlCommits({ sql }: World, table = 'people'): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql.query<{ id: string; at: number }>(
    `select id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from ${table}`,
  );
  return new Map(rows.map(({ id, at }) => [Number(id), at]));
}

/** Record → when it was last written to MongoDB since then, by anybody. Keys of the form `{id: …}` count as what is in them. */
export async function mongoCommits(world: World, writes: MongoWrites): Promise<ReadonlyMap<number, number>> {
  const found = oplog<{ id: number | { id: number }; at: Date }>(world, writes, [{ $sort: { at: 1 } }]);
  return new Map((await found).map(({ id, at }) => [Number(idOf(id)), at.getTime()]));
}

function idOf(id: number | { readonly id: number }): number {
  return typeof id === 'object' && 'id' in id ? id.id : id;
}

/** The written documents' keys and times, as `{id, at}`; an insert alone has its key in the document. */
function oplog<T extends Document>(
  { mongo, name }: World,
  { sinceMs, collection: wanted = collection }: MongoWrites,
  rest: readonly Document[],
): Promise<T[]> {
  const namespace = `${name}.${wanted}`;
  const alone = [{ ns: '$ns', o: '$o', o2: '$o2' }];
  return mongo
    .db('local')
    .collection('oplog.rs')
    .aggregate<T>([
      {
        $match: {
          wall: { $gt: new Date(sinceMs) },
          $or: [
            { ns: namespace, op: { $in: ['i', 'u'] } },
            { op: 'c', 'o.applyOps.ns': namespace },
          ],
        },
      },
      { $project: { wall: 1, writes: { $ifNull: ['$o.applyOps', alone] } } },
      { $unwind: '$writes' },
      { $match: { 'writes.ns': namespace } },
      { $project: { _id: 0, at: '$wall', id: { $ifNull: ['$writes.o2._id', '$writes.o._id'] } } },
      ...rest,
    ])
    .toArray();
}
