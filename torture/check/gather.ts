/**
 * Collects what the checker looks at: events of both logs and stored progress all along, and everything else at the end. Survives
 * servers that are away: a sample that fails is left out, and what it would have read is read by the next. Must not judge.
 */
import { MongoClient } from 'mongodb';
import type pg from 'pg';
import type { Side } from '../../src/model/side.js';
import { waitFor } from '../../src/testing/wait-for.js';
import type { Evidence, ProgressSample } from '../evidence.js';
import type { History } from '../history.js';
import { EventCounts } from './event-counts.js';
import { Oplog } from './oplog.js';
import { sampleMongo, sampleSql } from './progress-samples.js';
import { finalMongo, finalSql } from './read-final.js';
import { readConflicts, readDeadLetters } from './read-records.js';
import { SqlLog, sqlClient } from './sql-log.js';

export interface WatchOptions {
  readonly sqlUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
  /** The sync's. */
  readonly name: string;
}

export interface Watch {
  /**
   * Reads both logs on and both stores of progress. To be called every second or so: what is not read keeps PostgreSQL's log from being
   * removed, and MongoDB's removes itself. Never rejects.
   */
  sample(): Promise<void>;
  /** What either log gets from now on counts as noise. Both servers must be up. */
  quiet(): Promise<void>;
  /** Reads everything to its end and closes. Both servers must be up. */
  gather(history: History, gaps: Evidence['gaps'], initial: Evidence['initial']): Promise<Evidence>;
}

const patienceMs = 30_000;

/** To be called when both sides are filled, before the users begin. */
export async function watchEvidence(options: WatchOptions): Promise<Watch> {
  const watch = new Watcher(options);
  await watch.prepare();
  return watch;
}

class Watcher implements Watch {
  private readonly counts: Readonly<Record<Side, EventCounts>> = { sql: new EventCounts(), mongodb: new EventCounts() };
  private readonly progress: ProgressSample[] = [];
  private readonly sqlLog: SqlLog;
  private readonly oplog: Oplog;
  private readonly mongo: MongoClient;
  private readonly session;
  private readonly began = performance.now();
  private sql: pg.Client | null = null;
  private sampling: Promise<void> | null = null;

  constructor(private readonly options: WatchOptions) {
    this.sqlLog = new SqlLog(options.name, this.counts.sql);
    this.oplog = new Oplog(options.database, this.counts.mongodb);
    this.mongo = new MongoClient(options.mongoUrl, {
      appName: 'torture-evidence',
      serverSelectionTimeoutMS: 3_000,
      socketTimeoutMS: 30_000,
    });
    this.session = this.mongo.startSession({ causalConsistency: true });
  }

  async prepare(): Promise<void> {
    await this.sqlLog.prepare(await this.sqlSession());
    await this.oplog.prepare(this.mongo);
  }

  sample(): Promise<void> {
    // One at a time: a look that is under way is the same look.
    this.sampling ??= this.look().finally(() => {
      this.sampling = null;
    });
    return this.sampling;
  }

  async quiet(): Promise<void> {
    await this.sampling;
    await this.readLogs();
    for (const counts of Object.values(this.counts)) counts.quiet();
  }

  async gather(history: History, gaps: Evidence['gaps'], initial: Evidence['initial']): Promise<Evidence> {
    await this.sample();
    await this.readLogs();
    const client = await this.sqlSession();
    const evidence: Evidence = {
      initial,
      final: { sql: await finalSql(client), mongodb: await finalMongo(this.mongo.db(this.options.database)) },
      history,
      conflicts: await readConflicts(this.mongo, this.options.name),
      deadLetters: await readDeadLetters(this.mongo, this.options.name),
      events: { sql: this.counts.sql.all, mongodb: this.counts.mongodb.all },
      quietEvents: { sql: this.silence('sql'), mongodb: this.silence('mongodb') },
      progress: this.progress,
      gaps,
    };
    await this.sqlLog.drop(client);
    await client.end();
    await this.session.endSession();
    await this.mongo.close();
    return evidence;
  }

  /** Without a quiet phase nothing can be said of it, which must not look like silence. */
  private silence(side: Side): number {
    const since = this.counts[side].sinceQuiet;
    if (since === null) throw new Error('gather() was called without quiet()');
    return since;
  }

  private async look(): Promise<void> {
    await Promise.all([this.lookAtSql().catch(() => this.loseSql()), this.lookAtMongo().catch(() => undefined)]);
  }

  private async lookAtSql(): Promise<void> {
    const client = await this.sqlSession();
    this.keep(await sampleSql(client, this.options.name, this.at()));
    await this.sqlLog.read(client);
  }

  private async lookAtMongo(): Promise<void> {
    const { database, name } = this.options;
    this.keep(await sampleMongo(this.mongo, { database, name, at: this.at(), session: this.session }));
    await this.oplog.read(this.mongo);
  }

  /** Both to their end, however often a server is lost meanwhile. */
  private async readLogs(): Promise<void> {
    let last: unknown;
    const read = async (): Promise<boolean> => {
      try {
        await this.sqlLog.read(await this.sqlSession());
        await this.oplog.read(this.mongo);
        return true;
      } catch (error) {
        last = error;
        this.loseSql();
        return false;
      }
    };
    await waitFor(read, { limitMs: patienceMs, everyMs: 200, what: 'both logs to be read' }).catch((error: Error) => {
      throw new Error(error.message, { cause: last });
    });
  }

  private keep(sample: ProgressSample | null): void {
    if (sample !== null) this.progress.push(sample);
  }

  private at(): number {
    return performance.now() - this.began;
  }

  private async sqlSession(): Promise<pg.Client> {
    if (this.sql !== null) return this.sql;
    const client = sqlClient(this.options.sqlUrl);
    await client.connect();
    client.once('end', () => {
      if (this.sql === client) this.sql = null;
    });
    this.sql = client;
    return client;
  }

  private loseSql(): void {
    const { sql } = this;
    this.sql = null;
    sql?.end().catch(() => undefined);
  }
}
