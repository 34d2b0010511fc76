/**
 * The record of conflicts over time: its numbers, and what retention takes away. What is removed goes on being counted, in
 * `conflict_counts`, by the transaction that removes it. Must not know how often that happens.
 */
import type { ClientSession, Collection, Document, MongoClient } from 'mongodb';
import type { ConflictKind } from '../model/conflict.js';
import {
  automaticDeciders,
  type ConflictCounts,
  type ConflictGroup,
  type ExpiryBounds,
} from '../ports/conflict-store.js';
import { conflictCountsCollection, metadataDatabase } from './names.js';

export interface HistoryTarget {
  readonly client: MongoClient;
  readonly name: string;
}

/** A group of removed conflicts, or the removed ones of one hour (`hour`). */
interface StoredCount {
  readonly _id: string;
  readonly name: string;
  readonly table?: string;
  readonly kind?: ConflictKind;
  readonly strategy?: string;
  readonly hour?: Date;
  readonly total: number;
  readonly automatic?: number;
  readonly resolved?: number;
  readonly resolutionMs?: number;
}

interface Stored extends Document {
  readonly _id: string;
}

const finished = { $in: ['resolved', 'superseded'] };
const hourMs = 3_600_000;
/** The hours of removed conflicts that `recent` may be asked for. */
const hoursKept = 25;

const isOver = { $eq: ['$state', 'resolved'] };
const countWhere = (condition: Document): Document => ({ $sum: { $cond: [condition, 1, 0] } });

/** Reads nothing but what stands in the index that is made for it (see `prepare.ts`). */
const grouping: Document[] = [
  {
    $group: {
      _id: { table: '$table', kind: '$kind', strategy: '$strategy' },
      total: { $sum: 1 },
      pending: countWhere({ $eq: ['$state', 'pending'] }),
      automatic: countWhere({ $in: ['$resolvedBy', automaticDeciders] }),
      resolved: countWhere(isOver),
      resolutionMs: { $sum: { $cond: [isOver, { $subtract: ['$resolvedAt', '$created_at'] }, 0] } },
    },
  },
];

export async function countConflicts(target: HistoryTarget, since: number): Promise<ConflictCounts> {
  const { client, name } = target;
  // One moment for all three reads, or what retention moves between them would be counted twice or not at all.
  const session = client.startSession({ snapshot: true });
  try {
    const stored = await conflictsOf(target)
      .aggregate([{ $match: { name } }, ...grouping], { session, allowDiskUse: true })
      .toArray();
    const removed = await removedOf(target).find({ name }, { session }).toArray();
    const fresh = await conflictsOf(target).countDocuments(
      { name, created_at: { $gte: new Date(since) } },
      { session },
    );
    return { groups: merged(stored, removed), recent: fresh + removedSince(removed, since) };
  } finally {
    await session.endSession();
  }
}

function merged(stored: readonly Document[], removed: readonly StoredCount[]): ConflictGroup[] {
  const groups = new Map<string, ConflictGroup>();
  const add = (group: ConflictGroup): void => {
    const id = groupId(group);
    const known = groups.get(id);
    groups.set(id, known === undefined ? group : sum(known, group));
  };
  for (const { _id, ...numbers } of stored) add({ ..._id, ...numbers } as ConflictGroup);
  for (const { table, kind, strategy, total, automatic = 0, resolved = 0, resolutionMs = 0 } of removed) {
    if (table !== undefined && kind !== undefined && strategy !== undefined)
      add({ table, kind, strategy, total, pending: 0, automatic, resolved, resolutionMs });
  }
  return [...groups.values()].sort((a, b) => (groupId(a) < groupId(b) ? -1 : 1));
}

function sum(a: ConflictGroup, b: ConflictGroup): ConflictGroup {
  return {
    ...a,
    total: a.total + b.total,
    pending: a.pending + b.pending,
    automatic: a.automatic + b.automatic,
    resolved: a.resolved + b.resolved,
    resolutionMs: a.resolutionMs + b.resolutionMs,
  };
}

function groupId({ table, kind, strategy }: Pick<ConflictGroup, 'table' | 'kind' | 'strategy'>): string {
  return JSON.stringify([table, kind, strategy]);
}

function removedSince(removed: readonly StoredCount[], since: number): number {
  const hours = removed.filter(({ hour }) => hour !== undefined && hour.getTime() + hourMs > since);
  return hours.reduce((all, { total }) => all + total, 0);
}

/** When the newest finished conflict ended that has at least `most` finished after it. */
export async function timeBeyond(target: HistoryTarget, most: number): Promise<number | null> {
  const conflicts = conflictsOf(target);
  // Known without reading anything, and nearly always the end of it.
  if ((await conflicts.estimatedDocumentCount()) <= most) return null;
  const filter = { name: target.name, state: finished };
  const excess = (await conflicts.countDocuments(filter)) - most;
  if (excess <= 0) return null;
  // From the oldest on, since few are too many if somebody looks often.
  const [last] = await conflicts
    .find(filter, { projection: { resolvedAt: 1 } })
    .sort({ resolvedAt: 1, _id: 1 })
    .skip(excess - 1)
    .limit(1)
    .toArray();
  return last === undefined ? null : (last['resolvedAt'] as Date).getTime();
}

export async function expire(target: HistoryTarget, bounds: ExpiryBounds): Promise<number> {
  const session = target.client.startSession({ causalConsistency: false });
  try {
    const removed = await session.withTransaction(() => removeConflicts(target, bounds, session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
    });
    return removed + (await removeAgreements(target, bounds));
  } finally {
    await session.endSession();
  }
}

/** Two processes that remove the same ones meet in a write conflict: one of them begins anew and finds others. */
async function removeConflicts(
  target: HistoryTarget,
  { conflictsBefore, limit, now }: ExpiryBounds,
  session: ClientSession,
): Promise<number> {
  const { name } = target;
  const conflicts = conflictsOf(target);
  const filter = { name, state: finished, resolvedAt: { $lt: new Date(conflictsBefore) } };
  const old = await conflicts
    .find(filter, { session, projection: { created_at: 1 } })
    .sort({ resolvedAt: 1, _id: 1 })
    .limit(limit)
    .toArray();
  if (old.length === 0) return 0;
  const chosen = { _id: { $in: old.map(({ _id }) => _id) } };
  const groups = await conflicts.aggregate([{ $match: chosen }, ...grouping], { session }).toArray();
  await conflicts.deleteMany(chosen, { session });
  const firstHour = hourOf(now) - hoursKept * hourMs;
  const hours = new Map<number, number>();
  for (const { created_at } of old) {
    const hour = hourOf((created_at as Date).getTime());
    if (hour >= firstHour) hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  await removedOf(target).bulkWrite(
    [
      ...groups.map(({ _id, total, automatic, resolved, resolutionMs }) => {
        const id = { name, table: _id.table, kind: _id.kind, strategy: _id.strategy };
        return increment(id, { total, automatic, resolved, resolutionMs });
      }),
      ...[...hours].map(([hour, total]) => increment({ name, hour: new Date(hour) }, { total })),
      { deleteMany: { filter: { name, hour: { $lt: new Date(firstHour) } } } },
    ],
    { session },
  );
  return old.length;
}

function increment(id: Partial<StoredCount>, numbers: Readonly<Record<string, number>>) {
  const filter = { _id: JSON.stringify(Object.values(id)) };
  return { updateOne: { filter, update: { $setOnInsert: id, $inc: numbers }, upsert: true } };
}

function hourOf(time: number): number {
  return Math.floor(time / hourMs) * hourMs;
}

async function removeAgreements(
  { client, name }: HistoryTarget,
  { agreementsBefore, limit }: ExpiryBounds,
): Promise<number> {
  const settlements = client.db(metadataDatabase).collection<Stored>('settlements');
  const old = await settlements
    .find({ name, state: finished, created_at: { $lt: new Date(agreementsBefore) } }, { projection: { _id: 1 } })
    .limit(limit)
    .toArray();
  if (old.length === 0) return 0;
  return (await settlements.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } })).deletedCount;
}

function conflictsOf({ client }: HistoryTarget): Collection<Stored> {
  return client.db(metadataDatabase).collection<Stored>('conflicts');
}

function removedOf({ client }: HistoryTarget): Collection<StoredCount> {
  return client.db(metadataDatabase).collection<StoredCount>(conflictCountsCollection);
}
