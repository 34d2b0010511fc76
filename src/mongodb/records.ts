/** Reads records by key, raw: in a transaction's snapshot, or as the majority has them. Must not know what is done with them. */
import { BSON, type ClientSession, type MongoClient } from 'mongodb';
import { type RecordId, type RecordRef, recordId, type State } from '../model/record.js';
import type { ReadRecord } from '../ports/side-store.js';
import { type EntityPlans, planOf } from './entity-plan.js';
import { type RawReply, rawDocuments, readReply } from './raw-reply.js';

/** Keys in one `$in`. */
const idsPerFind = 5000;

/** A whole document as it is stored. Its bytes are kept, since objects would lose some of it. */
export class RawDocument {
  constructor(readonly bytes: Uint8Array) {}

  /** For people and for the stored record: with BSON's own types. */
  toObject(): BSON.Document {
    return BSON.deserialize(this.bytes, { promoteValues: false, bsonRegExp: true, validation: { utf8: false } });
  }

  toJSON(): unknown {
    return BSON.EJSON.serialize(this.toObject(), { relaxed: false });
  }
}

export interface ReadOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly plans: EntityPlans;
  /** A session with an open transaction; undefined: majority. */
  readonly session?: ClientSession;
  readonly raw: boolean;
}

const absent: ReadRecord = { state: null, raw: null };

/** Every ref is in the answer. */
export async function readRecords(
  options: ReadOptions,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<RecordId, ReadRecord>> {
  const found = new Map<RecordId, ReadRecord>();
  for (const ref of refs) found.set(recordId(ref), absent);
  await visit(options, refs, (id, state, bytes) => {
    if (!found.has(id)) return;
    const raw = options.raw ? new RawDocument(Uint8Array.prototype.slice.call(bytes)) : null;
    found.set(id, { state, raw });
  });
  return found;
}

/** The same without anything raw: what each transaction of ours begins with. */
export async function readStates(
  options: Omit<ReadOptions, 'raw'>,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<RecordId, State>> {
  const found = new Map<RecordId, State>();
  for (const ref of refs) found.set(recordId(ref), null);
  await visit(options, refs, (id, state) => {
    if (found.has(id)) found.set(id, state);
  });
  return found;
}

/** Another key may come than those that were asked for: a collation can call them the same. */
type Visitor = (id: RecordId, state: State, bytes: Buffer) => void;

async function visit(options: Omit<ReadOptions, 'raw'>, refs: readonly RecordRef[], visitor: Visitor): Promise<void> {
  const byEntity = new Map<string, string[]>();
  for (const { entity, key } of refs) {
    const keys = byEntity.get(entity);
    if (keys === undefined) byEntity.set(entity, [key]);
    else keys.push(key);
  }
  for (const [entity, keys] of byEntity) {
    const plan = planOf(options.plans, entity);
    for (let from = 0; from < keys.length; from += idsPerFind) {
      const some = keys.slice(from, from + idsPerFind);
      const filter = { _id: { $in: some.map((key) => plan.id(key)) } };
      const find = { find: plan.entity.collection, filter, batchSize: some.length + 1 };
      for await (const { documents } of replies(options, find)) {
        for (const bytes of documents) {
          const { key, state } = plan.reader.record(bytes, 0);
          visitor(recordId({ entity, key }), state, bytes);
        }
      }
    }
  }
}

/** All replies of a `find`, its documents as bytes. */
export async function* replies(
  options: Pick<ReadOptions, 'client' | 'database' | 'session'>,
  find: { readonly find: string } & Readonly<Record<string, unknown>>,
): AsyncGenerator<RawReply> {
  const { client, session } = options;
  const db = client.db(options.database);
  const own = session ?? client.startSession({ causalConsistency: false });
  const concern = session === undefined ? { readConcern: { level: 'majority' } } : {};
  let reply: RawReply | null = null;
  try {
    reply = readReply(await db.command({ ...find, ...concern }, { session: own, ...rawDocuments }));
    yield reply;
    while (!reply.id.isZero()) {
      const more = { getMore: reply.id, collection: find.find };
      reply = readReply(await db.command(more, { session: own, ...rawDocuments }));
      yield reply;
    }
  } finally {
    // Whoever has enough leaves a cursor behind.
    if (reply !== null && !reply.id.isZero())
      await db.command({ killCursors: find.find, cursors: [reply.id] }, { session: own }).catch(() => undefined);
    if (session === undefined) await own.endSession();
  }
}
