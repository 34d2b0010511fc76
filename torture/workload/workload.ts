/**
 * Users of both sides who write all the time, alone and at the same records, and survive lost servers by themselves. Must not know the
 * sync, nor the faults.
 */
import type { Side } from '../../src/model/side.js';
import type { Evidence } from '../evidence.js';
import type { History } from '../history.js';
import { byName, initialRows } from './initial.js';
import { connectMongo, fillMongo, inquireMongo, mongoUser } from './mongo-user.js';
import { Paced } from './paced.js';
import { Planner } from './plan.js';
import { Recorder } from './recorder.js';
import { Rivals } from './rivals.js';
import { fillSql, inquireSql, sqlUser } from './sql-user.js';
import type { User } from './user.js';

export { createTables, entities } from '../tables.js';

export interface WorkloadOptions {
  readonly sqlUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
  readonly seed: number;
  /** Transactions that the users of each side try in a second, about. Default: 60. */
  readonly perSecond?: number;
  /** The run's clock, in milliseconds; it never goes back. */
  readonly now: () => number;
}

export interface Workload {
  readonly initial: Evidence['initial'];
  /** Transactions; one whose outcome is learnt later moves. */
  readonly counts: { readonly acknowledged: number; readonly unknown: number; readonly failed: number };
  /** Resolves when no transaction is under way. Rejects if a user failed by a mistake of ours. */
  rest(): Promise<void>;
  /** Users begin, or go on: also the first time, since nobody may write before the sync is prepared. */
  go(): void;
  /** Ends the users, asks about what is unknown (the servers must be up), and says what was done. */
  stop(): Promise<History>;
  lockFor(ms: number): Promise<void>;
  deadlock(): Promise<void>;
  addColumn(): Promise<void>;
  dropColumn(): Promise<void>;
}

const usersPerSide = 4;
const asksPerSecond = 0.5;

/** Needs the tables of `createTables`, empty; fills both sides alike, and leaves the users at rest. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { sqlUrl, mongoUrl, database, now } = options;
  const client = connectMongo(mongoUrl, 'torture-users');
  const rows = initialRows();
  await fillSql(sqlUrl, rows);
  await fillMongo(client.db(database), rows);
  // A transaction cannot wait for a collection to be made.
  await client.db(database).createCollection('torture_marks');
  const sqlInquiry = inquireSql(sqlUrl);
  const recorder = new Recorder(now, { sql: sqlInquiry.inquire, mongodb: inquireMongo(client, database) });
  const users: { readonly side: Side; readonly user: User }[] = [
    ...names('sql').map((name) => ({ side: 'sql' as const, user: sqlUser(sqlUrl, name) })),
    ...names('mongodb').map(() => ({ side: 'mongodb' as const, user: mongoUser(client, database) })),
  ];
  const loops = users.map(({ side, user }, at) => {
    const planner = new Planner({ side, user: at, seed: options.seed });
    return new Paced((options.perSecond ?? 60) / usersPerSide, async () => {
      const plan = planner.next();
      const beganAt = now();
      recorder.note(side, plan.id, { attempt: await user.run(plan), beganAt });
    });
  });
  const asking = new Paced(asksPerSecond, () => recorder.ask());
  const rest = async (): Promise<void> => {
    await Promise.all([...loops, asking].map((loop) => loop.halt()));
  };
  const rivals = new Rivals(sqlUrl);
  return {
    initial: { sql: byName(rows), mongodb: byName(rows) },
    counts: recorder.counts,
    rest,
    go: () => {
      for (const loop of [...loops, asking]) loop.go();
    },
    stop: async () => {
      await rest();
      await recorder.ask();
      await Promise.all([...users.map(({ user }) => user.close()), sqlInquiry.close()]);
      await client.close();
      return recorder.history();
    },
    lockFor: (ms) => rivals.lockFor(ms),
    deadlock: () => rivals.deadlock(),
    addColumn: () => rivals.addColumn(),
    dropColumn: () => rivals.dropColumn(),
  };
}

function names(side: Side): readonly string[] {
  return Array.from({ length: usersPerSide }, (_, at) => `torture-${side}-${at}`);
}
