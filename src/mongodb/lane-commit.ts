/**
 * One lane's transactions: progress by compare-and-set, then find, plan, write, all in one snapshot, so that a write of somebody else in between
 * gives a write conflict and the attempt is done again. Must not know what is stored of a conflict.
 */
import { BSON, type ClientSession, type Document, type MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { RecordRef } from '../model/record.js';
import { type CommitOutcome, type CommitRequest, type Plan, toBeRead } from '../ports/side-store.js';
import type { EntityPlans } from './entity-plan.js';
import { planOf } from './entity-plan.js';
import { heldDocuments, heldId } from './held-rows.js';
import { hasLabel, isPassing, mongoError } from './mongo-error.js';
import { heldCollection, metadataDatabase } from './names.js';
import type { OwnWriteNotes } from './own-writes.js';
import type { ProgressDocuments } from './progress.js';
import { readStates } from './records.js';
import { closingCommand, settlementCommands } from './settlement-commands.js';
import { writeCommands } from './statements.js';
import { assertWritten, Redo, RefusedWrite, writeFault } from './write-refusal.js';

/** How long a transaction is tried again before the caller hears of it. */
const patienceMs = 30_000;
const pause = { firstMs: 1, mostMs: 250 };
/** A record that seems absent and yet cannot be inserted this often is in the way for good (a collation that calls two keys the same). */
const redoLimit = 12;

const transaction = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority' },
  readPreference: 'primary',
} as const;

export interface LaneOptions {
  readonly client: MongoClient;
  readonly database: string;
  /** The sync's name. */
  readonly name: string;
  /** What is held is stored under it. */
  readonly progressName: string;
  readonly clock: Clock;
  readonly plans: EntityPlans;
  readonly progress: ProgressDocuments;
  readonly session: ClientSession;
  readonly epoch: number;
  readonly owner: string;
  /** Our clock plus this is the server's. */
  readonly skewMs: () => number;
  readonly own: OwnWriteNotes;
}

type Attempt = { readonly kind: 'done'; readonly outcome: CommitOutcome } | { readonly kind: 'missed' };

export class LaneCommit {
  /** The plan of the last attempt that sent a COMMIT: if its number stands there, it is what was committed. */
  private sent: Plan | null = null;

  constructor(private readonly options: LaneOptions) {}

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    const { clock } = this.options;
    const limit = clock.now() + patienceMs;
    this.sent = null;
    for (let tries = 1, redone = 0; ; tries++) {
      try {
        const attempt = await this.attempt(request, tries === 1 ? toBeRead(request) : request.read);
        if (attempt.kind === 'done') return attempt.outcome;
        const landed = await this.missed(request);
        if (landed !== null) return landed;
      } catch (error) {
        await this.abort();
        if (error instanceof RefusedWrite) return { kind: 'refused', refusal: error.refusal };
        if (error instanceof Redo && ++redone >= redoLimit)
          return { kind: 'refused', refusal: { code: 'unique_violation', reason: `index _id_: ${error.message}` } };
        if (!(error instanceof Redo) && !isPassing(error)) throw mongoError(error, 'writing');
        if (clock.now() > limit)
          throw error instanceof Redo
            ? new IsthmusError('transient', { message: `MongoDB: ${error.message}` })
            : mongoError(error, 'writing');
      }
      request.retried?.();
      const most = Math.min(pause.mostMs, pause.firstMs * 2 ** Math.min(tries, 10));
      await clock.sleep(most / 2 + (Math.random() * most) / 2);
    }
  }

  private async attempt(request: CommitRequest, read: readonly RecordRef[]): Promise<Attempt> {
    const { client, database, plans, session, progress, epoch } = this.options;
    session.startTransaction(transaction);
    if (!(await progress.advance(session, { ...request, epoch }))) {
      await this.abort();
      return { kind: 'missed' };
    }
    const plan = request.plan(await readStates({ client, database, plans, session }, read));
    if (plan !== null) await this.write(plan, request.lane);
    if (plan === null || request.rehearse) {
      await this.abort();
      return this.done(plan);
    }
    this.sent = plan;
    this.options.own.sent(request.lane, request.number, plan.writes);
    await this.sendCommit();
    return this.done(plan);
  }

  private done(plan: Plan | null): Attempt {
    const committedAt = this.options.clock.now() + this.options.skewMs();
    return { kind: 'done', outcome: { kind: 'committed', plan, committedAt } };
  }

  private async write(plan: Plan, lane: number): Promise<void> {
    const { database, plans, progress, session } = this.options;
    if (plan.save !== undefined) await progress.save(session, lane, plan.save);
    for (const { entity, command, expected } of writeCommands(plans, plan.writes, plan.ordered === true)) {
      await this.run(database, command, expected, planOf(plans, entity).entity.collection);
    }
    await this.writeHeld(plan);
    for (const command of settlementCommands(this.options.name, plans, plan.settlements)) {
      await this.run(metadataDatabase, command.command, command.expected, String(command.command['update']));
    }
    if (plan.close) await this.run(metadataDatabase, closingCommand(this.options.name, plan.close), null, 'conflicts');
  }

  private async writeHeld({ hold, drop }: Plan): Promise<void> {
    const { database, progressName: name, plans } = this.options;
    const gone = drop.map((ref) => heldId(name, ref));
    const ids = [...gone, ...hold.map((row) => heldId(name, row))];
    if (ids.length === 0) return;
    const deletes = [
      { q: { _id: { $in: gone } }, limit: 0 },
      { q: { of: { $in: ids } }, limit: 0 },
    ];
    await this.run(database, { delete: heldCollection, deletes }, null, heldCollection);
    const documents = hold.flatMap((row) => heldDocuments(name, planOf(plans, row.entity).entity, row));
    for (const some of inCommands(documents)) {
      const updates = some.map((u) => ({ q: { _id: u['_id'] as string }, u, upsert: true }));
      await this.run(database, { update: heldCollection, updates }, some.length, heldCollection);
    }
  }

  /** `expected` null: any number of records may be met. */
  private async run(
    database: string,
    command: Readonly<Record<string, unknown>>,
    expected: number | null,
    collection: string,
  ): Promise<void> {
    let reply: Document;
    try {
      reply = await this.options.client.db(database).command(command, { session: this.options.session });
    } catch (error) {
      throw writeFault(error, collection);
    }
    assertWritten(reply, expected ?? (reply['n'] as number), collection);
  }

  /** While nobody knows what became of a COMMIT it is sent again: the server answers the same for the same transaction. */
  private async sendCommit(): Promise<void> {
    const { session, clock } = this.options;
    const limit = clock.now() + patienceMs;
    for (let tries = 1; ; tries++) {
      try {
        return await session.commitTransaction();
      } catch (error) {
        if (!hasLabel(error, 'UnknownTransactionCommitResult') || clock.now() > limit) throw error;
        await clock.sleep(Math.min(pause.mostMs, pause.firstMs * 2 ** Math.min(tries, 10)));
      }
    }
  }

  /** Another epoch or number stands in the lane's document. Null: it is as it should be after all. */
  private async missed(request: CommitRequest): Promise<CommitOutcome | null> {
    const { progress, epoch, owner, clock, skewMs } = this.options;
    const standing = await progress.standing(request.lane);
    if (standing === null)
      throw new IsthmusError('metadata_invalid', {
        message: 'The progress document of this sync is gone from MongoDB.',
      });
    if (standing.epoch !== epoch || standing.owner !== owner) throw new IsthmusError('fenced');
    if (standing.number === request.previous) return null;
    if (standing.number === request.number && this.sent !== null)
      return { kind: 'committed', plan: this.sent, committedAt: clock.now() + skewMs() };
    throw new IsthmusError('invariant_broken', {
      message: `lane ${request.lane} stands at ${standing.number}, neither ${request.previous} nor a commit of ours`,
    });
  }

  private async abort(): Promise<void> {
    const { session } = this.options;
    if (!session.inTransaction()) return;
    try {
      await session.abortTransaction();
    } catch {
      // The server has ended it already, or will.
    }
  }
}

/** A command is one BSON document of at most 16 MB; a single record may be nearly as large. */
const commandBytes = 12_000_000;

function* inCommands(documents: readonly Document[]): Generator<readonly Document[]> {
  let some: Document[] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = BSON.calculateObjectSize(document);
    if (some.length > 0 && bytes + size > commandBytes) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(document);
    bytes += size;
  }
  if (some.length > 0) yield some;
}
