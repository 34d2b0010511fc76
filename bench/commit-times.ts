/** When things were committed, by the servers' own records (commit timestamps, oplog), so that nothing of ours measures itself. */
import { collection } from './people.js';
import type { World } from './world.js';

export interface CommitSpan {
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Rows a second from the first to the last commit, without the first one's own rows. */
  readonly perSecond: number;
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

/** Documents written to MongoDB in transactions after `sinceMs`. */
export async function mongoSpan({ mongo, name }: World, sinceMs: number): Promise<CommitSpan> {
  const namespace = `${name}.${collection}`;
  const found = await mongo
    .db('local')
    .collection('oplog.rs')
    .aggregate<{ at: Date; rows: number }>([
      { $match: { wall: { $gt: new Date(sinceMs) }, op: 'c', 'o.applyOps.ns': namespace } },
      {
        $project: {
          at: '$wall',
          rows: { $size: { $filter: { input: '$o.applyOps', cond: { $eq: ['$$this.ns', namespace] } } } },
        },
      },
      { $sort: { at: 1 } },
    ])
    .toArray();
  return spanOf(found.map(({ at, rows }) => ({ atMs: at.getTime(), rows })));
}

export function spanOn(side: 'sql' | 'mongodb', world: World, sinceMs: number): Promise<CommitSpan> {
  return side === 'sql' ? sqlSpan(world, sinceMs) : mongoSpan(world, sinceMs);
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
export async function sqlCommits({ sql }: World): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql.query<{ id: string; at: number }>(
    `select id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from people`,
  );
  return new Map(rows.map(({ id, at }) => [Number(id), at]));
}

/** Record → when it was last written to MongoDB since then, by anybody. */
export async function mongoCommits({ mongo, name }: World, sinceMs: number): Promise<ReadonlyMap<number, number>> {
  const namespace = `${name}.${collection}`;
  const found = mongo
    .db('local')
    .collection('oplog.rs')
    .aggregate<{ id: number; at: Date }>([
      {
        $match: {
          wall: { $gt: new Date(sinceMs) },
          $or: [
            { ns: namespace, op: 'u' },
            { op: 'c', 'o.applyOps.ns': namespace },
          ],
        },
      },
      { $project: { wall: 1, writes: { $ifNull: ['$o.applyOps', [{ ns: '$ns', o2: '$o2' }]] } } },
      { $unwind: '$writes' },
      { $match: { 'writes.ns': namespace } },
      { $project: { at: '$wall', id: '$writes.o2._id' } },
      { $sort: { at: 1 } },
    ]);
  const commits = new Map<number, number>();
  for await (const { id, at } of found) commits.set(Number(id), at.getTime());
  return commits;
}
