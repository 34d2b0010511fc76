/**
 * A user of MongoDB: in transactions, and by plain writes that name the whole document they replace. So each knows exactly what it
 * replaced. Must not know the sync.
 */
import {
  type ClientSession,
  type Collection,
  type Db,
  type Document,
  type Filter,
  MongoClient,
  MongoError,
  MongoServerError,
} from 'mongodb';
import type { UserWrite, Values } from '../history.js';
import { bsonOf, type Id, idOf, valuesOfDocument } from '../spell.js';
import { type Table, tableNamed } from '../tables.js';
import type { Plan, Step } from './plan.js';
import { type Attempt, failed, type Inquire, marks, type User } from './user.js';

/** Somebody else was there first. */
class Overtaken extends Error {}

interface Keyed extends Document {
  _id: Id;
}

function byId(_id: Id): Filter<Keyed> {
  return { _id } as Filter<Keyed>;
}

const majority = { w: 'majority', wtimeoutMS: 15_000 } as const;

export function connectMongo(url: string, appName: string): MongoClient {
  return new MongoClient(url, {
    appName,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    // A server that hangs must not keep a user for ever.
    socketTimeoutMS: 20_000,
    writeConcern: majority,
  });
}

export function mongoUser(client: MongoClient, database: string): User {
  const db = client.db(database);
  return {
    run: (plan) => (plan.plain && plan.steps.length === 1 ? plainly(db, plan) : transact(client, db, plan)),
    close: () => Promise.resolve(),
  };
}

async function transact(client: MongoClient, db: Db, plan: Plan): Promise<Attempt> {
  const session = client.startSession();
  try {
    return await inTransaction(session, db, plan);
  } finally {
    await session.endSession().catch(() => undefined);
  }
}

async function inTransaction(session: ClientSession, db: Db, plan: Plan): Promise<Attempt> {
  let writes: UserWrite[];
  try {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: majority });
    writes = await perform(session, db, plan.steps);
    if (writes.length > 0) await db.collection<Keyed>(marks).insertOne({ _id: plan.id }, { session });
  } catch (error) {
    // Its commit was not sent: it never happens.
    await session.abortTransaction().catch(() => undefined);
    return failedBy(error);
  }
  try {
    await session.commitTransaction();
    return { outcome: 'acknowledged', writes, marked: true };
  } catch {
    return { outcome: 'unknown', writes, marked: true };
  }
}

async function perform(session: ClientSession, db: Db, steps: readonly Step[]): Promise<UserWrite[]> {
  const writes: UserWrite[] = [];
  for (const { table, key, edit } of steps) {
    const _id = idOf(table, key);
    const collection = db.collection<Keyed>(table.name);
    const found = await collection.findOne(byId(_id), { session });
    const before = found === null ? null : coreValues(table, found);
    const after = edit(before);
    if (after === before) continue;
    // The snapshot's state is what is replaced: a write to a document that changed since is refused.
    if (after === null) await collection.deleteOne(byId(_id), { session });
    else if (before === null) await collection.insertOne({ _id, ...documentOf(table, after) }, { session });
    else await collection.updateOne(byId(_id), updateOf(table, before, after), { session });
    writes.push({ table: table.name, key, before, after });
  }
  return writes;
}

async function plainly(db: Db, { steps: [step] }: Plan): Promise<Attempt> {
  const { table, key, edit } = step as Step;
  const collection = db.collection<Keyed>(table.name);
  const _id = idOf(table, key);
  let found: Keyed | null;
  try {
    found = await collection.findOne(byId(_id));
  } catch (error) {
    return failedBy(error);
  }
  const before = found === null ? null : coreValues(table, found);
  const after = edit(before);
  if (after === before) return failed;
  const writes = [{ table: table.name, key, before, after }];
  // Equal as a whole: an unchanged token alone would not tell of fields that a merge has changed since.
  const filter: Filter<Keyed> = { ...byId(_id), $expr: { $eq: ['$$ROOT', { $literal: found }] } };
  try {
    if (before === null) await collection.insertOne({ _id, ...documentOf(table, after as Values) });
    else if (after === null) hit((await collection.deleteOne(filter)).deletedCount);
    else hit(await replaced(collection, filter, updateOf(table, before, after)));
    return { outcome: 'acknowledged', writes, marked: false };
  } catch (error) {
    if (error instanceof Overtaken || isDuplicate(error)) return failed;
    return { outcome: 'unknown', writes, marked: false };
  }
}

async function replaced(collection: Collection<Keyed>, filter: Filter<Keyed>, update: Document): Promise<number> {
  return (await collection.findOneAndUpdate(filter, update)) === null ? 0 : 1;
}

function hit(count: number): void {
  if (count === 0) throw new Overtaken();
}

/** BadValue, FailedToParse, TypeMismatch, CommandNotFound, and what the driver says before it asks a server. */
const ownMistakes: ReadonlySet<unknown> = new Set([2, 9, 14, 59]);

/** Errors of the user's own making are not to be taken for a fault of the run. */
function failedBy(error: unknown): Attempt {
  if (!(error instanceof MongoError) || ownMistakes.has(error.code)) throw error;
  return failed;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

/** Without columns that were added in mid-run, which users do not know. */
function coreValues(table: Table, document: Document): Values {
  const all = valuesOfDocument(table, document);
  return Object.fromEntries(table.columns.map(({ name }) => [name, all[name] ?? null]));
}

function documentOf(table: Table, values: Values): Document {
  const entries = table.columns.flatMap(({ name, type }) => {
    const value = values[name] ?? null;
    return value === null ? [] : [[name, bsonOf(type, value)] as const];
  });
  return Object.fromEntries(entries);
}

function updateOf(table: Table, before: Values, after: Values): Document {
  const changed = table.columns.filter(({ name }) => before[name] !== after[name]);
  const isGone = ({ name }: { readonly name: string }): boolean => (after[name] ?? null) === null;
  const $set = documentOf({ ...table, columns: changed }, after);
  const $unset = Object.fromEntries(changed.filter(isGone).map(({ name }) => [name, '']));
  return Object.keys($unset).length > 0 ? { $set, $unset } : { $set };
}

export function inquireMongo(client: MongoClient, database: string): Inquire {
  const db = client.db(database);
  return async ({ id, writes, marked }) => {
    try {
      if (!marked) return (await standsThere(db, id, writes)) ? 'acknowledged' : 'unclear';
      await db
        .collection<Mark>(marks)
        .insertOne({ _id: id, asked: true })
        .catch((error: unknown) => {
          if (!isDuplicate(error)) throw error;
        });
      // It may be there and not yet be safe from an election; and an earlier question may have been answered into a lost connection.
      const safe = await db.collection<Mark>(marks).findOne({ _id: id }, surely);
      if (safe === null) return 'away';
      return safe.asked === true ? 'failed' : 'acknowledged';
    } catch {
      return 'away';
    }
  };
}

/** Without `asked`: the transaction's own. */
interface Mark {
  readonly _id: string;
  readonly asked?: boolean;
}

const surely = { readConcern: { level: 'majority' } } as const;

/** A plain write leaves no mark, but its token stands in the record until the next write. */
async function standsThere(db: Db, id: string, writes: readonly UserWrite[]): Promise<boolean> {
  const [only] = writes;
  if (only === undefined) return false;
  const _id = idOf(tableNamed(only.table), only.key);
  return (await db.collection<Keyed>(only.table).findOne({ ...byId(_id), by: id }, surely)) !== null;
}

/** The same records as `fillSql` writes. */
export async function fillMongo(db: Db, rows: ReadonlyMap<Table, ReadonlyMap<string, Values>>): Promise<void> {
  for (const [table, records] of rows) {
    const documents = [...records].map(([key, values]) => ({ _id: idOf(table, key), ...documentOf(table, values) }));
    if (documents.length > 0) await db.collection<Keyed>(table.name).insertMany(documents);
  }
}
