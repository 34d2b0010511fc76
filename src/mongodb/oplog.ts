/** Where the oplog begins and ends, and how far its beginning is from our place in it. Changes nothing. */
import type { Document, MongoClient, Timestamp } from 'mongodb';
import type { Position } from '../model/change.js';
import type { LogRoom } from '../ports/log-room.js';
import { errorCode } from './mongo-error.js';
import { positionSeconds } from './position.js';

interface OplogEnds {
  /** Seconds since 1970. */
  readonly oldest: number;
  readonly newest: number;
}

/** Without the right to read it (`read` on `local`, or `clusterMonitor`). */
const unauthorized = 13;

/** Null: our user may not know. */
export async function oplogEnds(client: MongoClient): Promise<OplogEnds | null> {
  const oldest = (await allowed(() => firstEntry(client))) ?? (await allowed(() => earliestOptime(client)));
  if (oldest === null) return null;
  const hello = await client.db('admin').command({ hello: 1 });
  const newest = secondsOf((hello['lastWrite'] as Document | undefined)?.['opTime'] as Document | undefined);
  return { oldest, newest: newest ?? oldest };
}

/** `left`: at most so many seconds of the oplog may be dropped. */
export async function logRoom(client: MongoClient, position: Position | null): Promise<LogRoom | null> {
  const ours = position === null ? 0 : positionSeconds(position);
  if (ours === 0) return null;
  const ends = await oplogEnds(client);
  if (ends === null) return null;
  return { unit: 'seconds', kept: Math.max(0, ends.newest - ours), left: Math.max(0, ours - ends.oldest) };
}

/** Whether it has begun to drop its oldest entries; said to be so where that may not be known. */
export async function oplogIsFull(client: MongoClient): Promise<boolean> {
  const stats = await allowed(() => client.db('local').command({ collStats: 'oplog.rs' }));
  return stats === null || Number(stats['size']) > Number(stats['maxSize']) * 0.9;
}

async function firstEntry(client: MongoClient): Promise<number | null> {
  const oplog = client.db('local').collection('oplog.rs');
  const options = { projection: { ts: 1 }, sort: { $natural: 1 } as const };
  return secondsOf(await oplog.findOne({}, options));
}

async function earliestOptime(client: MongoClient): Promise<number | null> {
  const status = await client
    .db('admin')
    .command({ serverStatus: 1, oplog: 1, metrics: 0, wiredTiger: 0, tcmalloc: 0 });
  const earliest = (status['oplog'] as { earliestOptime?: Timestamp } | undefined)?.earliestOptime;
  return earliest === undefined ? null : earliest.getHighBits();
}

function secondsOf(entry: Document | null | undefined): number | null {
  return (entry?.['ts'] as Timestamp | undefined)?.getHighBits() ?? null;
}

async function allowed<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (errorCode(error) === unauthorized) return null;
    throw error;
  }
}
