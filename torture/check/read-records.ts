/** The records of conflicts and dead letters that the sync keeps for people. Must not know its inner forms. */
import { BSON, type Document, type MongoClient } from 'mongodb';
import type { ConflictEvidence, DeadLetterEvidence } from '../evidence.js';
import type { Values } from '../history.js';
import { keyOfId, valuesOfDocument } from '../spell.js';
import { type Table, tables } from '../tables.js';

const surely = { readConcern: { level: 'majority' } } as const;

export async function readConflicts(client: MongoClient, name: string): Promise<readonly ConflictEvidence[]> {
  const found = await client.db('sync_metadata').collection('conflicts').find({ name }, surely).toArray();
  return found.flatMap((stored) => {
    const table = tableOf(stored);
    return table === undefined ? [] : [conflictOf(table, stored)];
  });
}

function conflictOf(table: Table, stored: Document): ConflictEvidence {
  const values = (document: unknown): Values | null =>
    document === null || document === undefined ? null : valuesOfDocument(table, document as Document);
  return {
    id: String(stored['conflictId']),
    table: table.name,
    key: keyOfId(stored['key']),
    kind: String(stored['kind']),
    strategy: String(stored['strategy']),
    state: stored['state'] as ConflictEvidence['state'],
    base: values(stored['base']),
    sql: values((stored['sqlEvent'] as Document | null)?.['after']),
    mongodb: values((stored['mongoEvent'] as Document | null)?.['after']),
    resolved: values(stored['resolvedData']),
    text: BSON.EJSON.stringify(stored),
  };
}

/** Open ones; what somebody gave up is no longer waiting. */
export async function readDeadLetters(client: MongoClient, name: string): Promise<readonly DeadLetterEvidence[]> {
  const found = await client
    .db('sync_metadata')
    .collection('dead_letters')
    .find({ name, discardedAt: { $exists: false } }, surely)
    .toArray();
  return found.map((stored) => ({
    table: tableOf(stored)?.name ?? String(stored['table']),
    key: keyOfId(stored['key']),
    text: BSON.EJSON.stringify(stored),
  }));
}

function tableOf(stored: Document): Table | undefined {
  return tables.find(({ name }) => stored['table'] === `public.${name}`);
}
