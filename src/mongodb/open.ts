/** The entry of the MongoDB side: one client, and over it the log, the store, the record of conflicts and what prepares the server. */
import { MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import type { Finding } from '../base/finding.js';
import type { Logger } from '../base/logger.js';
import type { Entity } from '../model/entity.js';
import { type LaneOf, ownLanes } from '../model/share.js';
import type { LogRoomReader } from '../ports/log-room.js';
import { MongoSource } from './capture.js';
import { MongoComparisonStore } from './comparison-store.js';
import { MongoConflictStore } from './conflict-store.js';
import { inspect } from './inspect.js';
import { MongoLeaseStore } from './lease-store.js';
import { MongoMailbox } from './mailbox.js';
import { mendDriver } from './mend-driver.js';
import { MongoMigrationStore } from './migration-store.js';
import { mongoError } from './mongo-error.js';
import { logRoom } from './oplog.js';
import { MongoOwnCourseStore } from './own-course-store.js';
import { OwnWrites, readElsewhere } from './own-writes.js';
import { patiently } from './patience.js';
import { type PrepareOptions, prepare, teardown } from './prepare.js';
import { splitsEvents, versionOf } from './server-version.js';
import { MongoShareBoard } from './share-board.js';
import { MongoSideStore } from './side-store.js';
import { MongoUnreadableStore } from './unreadable-store.js';

export interface OpenMongoOptions {
  readonly url: string;
  readonly database: string;
  /** The sync's name: it tells our documents from another sync's. */
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whose progress documents the log's reader tells apart. Default: those of this sync's one engine. */
  readonly laneOf?: LaneOf;
  /** How long a server may take to answer at first. */
  readonly timeoutMs?: number;
}

export interface MongoSide extends LogRoomReader {
  readonly source: MongoSource;
  readonly store: MongoSideStore;
  readonly conflicts: MongoConflictStore;
  readonly migration: MongoMigrationStore;
  readonly comparisons: MongoComparisonStore;
  readonly leases: MongoLeaseStore;
  readonly unreadable: MongoUnreadableStore;
  readonly mailbox: MongoMailbox;
  readonly board: MongoShareBoard;
  /** Progress and held records under a share's name; to be closed by itself. */
  share(name: string): MongoSideStore;
  /** Which turns a share has followed. */
  shareCourse(name: string): MongoOwnCourseStore;
  /** What a share keeps of its own: loads, stops and mappings. */
  shareWork(name: string): MongoConflictStore;
  prepare(options: PrepareOptions): Promise<void>;
  teardown(options: PrepareOptions): Promise<void>;
  /** What must hold before a run, each with its remedy; changes nothing. */
  inspect(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** Throws `mongodb_unreachable` or `authentication_failed`. Changes nothing on the server. */
export async function openMongo(options: OpenMongoOptions): Promise<MongoSide> {
  const client = await connect(options);
  const target = { ...options, client };
  try {
    const version = await versionOf(client);
    const own = new OwnWrites();
    const store = new MongoSideStore({ ...target, progressName: options.name, own });
    return {
      source: new MongoSource({
        ...target,
        laneOf: options.laneOf ?? ownLanes(options.name),
        split: splitsEvents(version),
        own,
      }),
      store,
      conflicts: new MongoConflictStore(target),
      migration: new MongoMigrationStore(target),
      comparisons: new MongoComparisonStore(target),
      leases: new MongoLeaseStore(target),
      unreadable: new MongoUnreadableStore(target),
      mailbox: new MongoMailbox(target),
      board: new MongoShareBoard(target),
      share: (name) => new MongoSideStore({ ...target, progressName: name, own: readElsewhere }),
      shareCourse: (name) => new MongoOwnCourseStore({ ...target, name }),
      shareWork: (name) => new MongoConflictStore({ ...target, name }),
      prepare: (how) => prepare(target, how),
      teardown: (how) => teardown(target, how),
      inspect: () => inspect(target),
      logRoom: (position) => patiently(options.clock, 'reading its oplog', () => logRoom(client, position)),
      close: async () => {
        await store.close();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw mongoError(error, 'connecting');
  }
}

async function connect({ url, name, timeoutMs }: OpenMongoOptions): Promise<MongoClient> {
  mendDriver();
  try {
    const client = new MongoClient(url, {
      appName: `isthmus_${name}`,
      serverSelectionTimeoutMS: timeoutMs ?? 10_000,
      connectTimeoutMS: 10_000,
      // Longer than any single command of ours may take; a dead connection is noticed by the driver's heartbeats before.
      socketTimeoutMS: 120_000,
      // The driver learns of a new primary, or that a server is well again, no later than this.
      heartbeatFrequencyMS: 2000,
      retryReads: true,
      retryWrites: true,
    });
    await client.connect();
    return client;
  } catch (error) {
    throw mongoError(error, 'connecting');
  }
}
