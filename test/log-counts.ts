/**
 * Counts the record events in both databases' own logs, by means that share nothing with the sync: a slot of its own
 * and the oplog.
 */
import type { Timestamp } from 'mongodb';
import type { Rig } from './rig.js';

export interface LogCounts {
  /** Inserts, updates and deletes of the users' tables. */
  readonly sql: number;
  /** The same of the users' collections. */
  readonly mongodb: number;
}

export interface LogCounter {
  /** Events since the counter was made. */
  count(): Promise<LogCounts>;
}

export async function countLogs(
  rig: Rig,
  tables: readonly string[],
  collections: readonly string[] = tables,
): Promise<LogCounter> {
  const slot = `counter_${rig.name}`;
  await rig.sql.query(`create publication ${slot} for table ${tables.join(', ')}`);
  await rig.sql.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
  let sql = 0;
  const { operationTime } = (await rig.db.command({ ping: 1 })) as { operationTime: Timestamp };
  const oplog = rig.mongo.db('local').collection('oplog.rs');
  const namespaces = collections.map((name) => `${rig.db.databaseName}.${name}`);
  return {
    async count() {
      // The first byte of a message tells its kind: I, U or D.
      const { rows } = await rig.sql.query<{ count: string }>(
        `select count(*) filter (where get_byte(data, 0) in (73, 85, 68)) as count
         from pg_logical_slot_get_binary_changes('${slot}', null, null, 'proto_version', '1', 'publication_names', '${slot}')`,
      );
      sql += Number(rows[0]?.count);
      const [found] = await oplog
        .aggregate<{ count: number }>([
          { $match: { ts: { $gt: operationTime } } },
          { $project: { events: { $ifNull: ['$o.applyOps', ['$$ROOT']] } } },
          { $unwind: '$events' },
          { $match: { 'events.ns': { $in: namespaces }, 'events.op': { $in: ['i', 'u', 'd'] } } },
          { $count: 'count' },
        ])
        .toArray();
      return { sql, mongodb: found?.count ?? 0 };
    },
  };
}
