/**
 * Makes in MongoDB what the sync needs, and removes it again: before-images on the synced collections, our own collections and their indexes.
 * Safe to run again, also after it was cut off anywhere. Must not know how they are used.
 */
import type { Db, Document, IndexSpecification, MongoClient } from 'mongodb';
import type { Entity } from '../model/entity.js';
import { errorCode, mongoError } from './mongo-error.js';
import {
  comparisonsCollection,
  conflictCountsCollection,
  differencesCollection,
  heldCollection,
  metadataDatabase,
  phasesCollection,
  progressCollection,
  requestsCollection,
  sharesCollection,
} from './names.js';

export interface PrepareOptions {
  /** Tell the statements, run none. */
  readonly dryRun: boolean;
  /** Told of each statement that is needed, as mongosh takes it. */
  readonly onStatement: (statement: string) => void;
}

export interface PrepareTarget {
  readonly client: MongoClient;
  readonly database: string;
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
}

export const imagesOn = { changeStreamPreAndPostImages: { enabled: true } };

const namespaceExists = 48;
const newest = { created_at: -1, _id: -1 } as const;
const metadataIndexes: Readonly<Record<string, readonly IndexSpecification[]>> = {
  conflicts: [
    { name: 1, ...newest },
    { name: 1, state: 1, ...newest },
    // What ended first, for retention.
    { name: 1, state: 1, resolvedAt: 1, _id: 1 },
    { name: 1, table: 1, ...newest },
    { name: 1, kind: 1, ...newest },
    // A record's conflicts, for `explain`.
    { name: 1, table: 1, 'internal.key': 1, ...newest },
    // All that the numbers are made of, so that counting reads no documents.
    { name: 1, table: 1, kind: 1, strategy: 1, state: 1, resolvedBy: 1, created_at: 1, resolvedAt: 1 },
  ],
  [conflictCountsCollection]: [{ name: 1 }],
  settlements: [{ name: 1, state: 1, created_at: 1 }],
  dead_letters: [{ name: 1, table: 1 }],
  loads: [],
  stops: [],
  mappings: [],
  [comparisonsCollection]: [{ name: 1, queuedAt: -1 }],
  [differencesCollection]: [{ name: 1, comparison: 1, state: 1, _id: 1 }],
  [phasesCollection]: [],
  leases: [],
  unreadable_messages: [{ name: 1, at: -1 }],
  [requestsCollection]: [{ name: 1, share: 1, until: 1 }, { of: 1 }, { gone: 1 }],
  [sharesCollection]: [{ name: 1 }],
};
/** The server removes what is older than the date in this field. */
const expiring: Readonly<Record<string, string>> = { [requestsCollection]: 'gone' };
const ownIndexes: Readonly<Record<string, readonly IndexSpecification[]>> = {
  [progressCollection]: [],
  [heldCollection]: [{ name: 1 }, { of: 1 }],
};

/** Which collections had no before-images until we switched them on: `teardown` switches off only these. */
function switchedId(name: string): string {
  return `${name}/images`;
}

export async function prepare(target: PrepareTarget, options: PrepareOptions): Promise<void> {
  const { client, database, name, entities } = target;
  const db = client.db(database);
  try {
    await prepareCollections(db, ownIndexes, options);
    const existing = await collectionsOf(db);
    for (const { collection } of entities.values()) {
      const found = existing.get(collection);
      if (hasImages(found)) continue;
      if (found === undefined) await run(db, options, { create: collection, ...imagesOn });
      else await run(db, options, { collMod: collection, ...imagesOn });
      if (!options.dryRun)
        await db
          .collection<{ _id: string; collections: string[] }>(progressCollection)
          .updateOne({ _id: switchedId(name) }, { $addToSet: { collections: collection } }, { upsert: true });
    }
    await prepareCollections(client.db(metadataDatabase), metadataIndexes, options);
  } catch (error) {
    throw mongoError(error, 'preparing it');
  }
}

export async function teardown(target: PrepareTarget, options: PrepareOptions): Promise<void> {
  const { client, database, name } = target;
  const db = client.db(database);
  try {
    const existing = await collectionsOf(db);
    const switched = await db
      .collection<{ _id: string; collections: string[] }>(progressCollection)
      .findOne({ _id: switchedId(name) });
    for (const collection of switched?.collections ?? []) {
      if (hasImages(existing.get(collection)))
        await run(db, options, { collMod: collection, changeStreamPreAndPostImages: { enabled: false } });
    }
    await clear(db, Object.keys(ownIndexes), name, options);
    await clear(client.db(metadataDatabase), Object.keys(metadataIndexes), name, options);
  } catch (error) {
    throw mongoError(error, 'removing what the sync made');
  }
}

/**
 * Our documents go. Their collections stay, empty: other syncs share them, and a drop would take with it the document that one
 * of them writes at this moment.
 */
async function clear(db: Db, collections: readonly string[], name: string, options: PrepareOptions): Promise<void> {
  for (const collection of collections) {
    // A sync's name has no character that means something here.
    const named = { name: { $regex: `^${name}(#[0-9]+)?$` } };
    const sessions = { _id: { $regex: `^${name}(#[0-9]+)?/sessions$` } };
    const mine: Document =
      collection === progressCollection
        ? { $or: [named, sessions, { _id: { $in: [switchedId(name), `mark/${name}`] } }] }
        : named;
    const any = await db.collection(collection).findOne(mine, { projection: { _id: 1 } });
    if (any !== null) await run(db, options, { delete: collection, deletes: [{ q: mine, limit: 0 }] });
  }
}

async function prepareCollections(
  db: Db,
  wanted: Readonly<Record<string, readonly IndexSpecification[]>>,
  options: PrepareOptions,
): Promise<void> {
  const existing = await collectionsOf(db);
  for (const [collection, specifications] of Object.entries(wanted)) {
    if (!existing.has(collection)) await run(db, options, { create: collection });
    const there = existing.has(collection) ? await db.collection(collection).listIndexes().toArray() : [];
    for (const key of specifications) {
      if (there.some((index) => JSON.stringify(index['key']) === JSON.stringify(key))) continue;
      const expires = expiring[collection] === Object.keys(key).join() ? { expireAfterSeconds: 0 } : {};
      const index = { key, name: Object.keys(key).join('_'), ...expires };
      await run(db, options, { createIndexes: collection, indexes: [index] });
    }
  }
}

export async function collectionsOf(db: Db): Promise<Map<string, Document>> {
  const listed = await db.listCollections().toArray();
  return new Map(listed.map((info) => [info.name, info as Document]));
}

export function hasImages(info: Document | undefined): boolean {
  return info?.['options']?.['changeStreamPreAndPostImages']?.['enabled'] === true;
}

/** The command as mongosh takes it. */
export function statement(db: string, command: Document): string {
  return `db.getSiblingDB(${JSON.stringify(db)}).runCommand(${JSON.stringify(command)})`;
}

async function run(db: Db, { dryRun, onStatement }: PrepareOptions, command: Document): Promise<void> {
  onStatement(statement(db.databaseName, command));
  if (dryRun) return;
  try {
    await db.command(command);
  } catch (error) {
    // Another process, or the user's application, made it at this moment.
    if (errorCode(error) !== namespaceExists) throw error;
    if (command['changeStreamPreAndPostImages'] !== undefined)
      await db.command({ collMod: command['create'] as string, ...imagesOn });
  }
}
