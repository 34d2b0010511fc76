/**
 * The progress documents: one per lane, written first in every transaction of ours, by which a newer process fences an older one and by which the log's
 * reader knows our own transactions. Must not know records.
 */
import type { Binary, ClientSession, Collection, Db, Document, MongoClient } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { LaneProgress } from '../ports/side-store.js';
import { errorCode, isPassing, mongoError } from './mongo-error.js';
import { laneId, progressCollection, sessionsId } from './names.js';

/** How long the transactions of a process that was ended may stand in the way. */
const takeOverMs = 30_000;
const raiseMs = 2000;
/** Sessions that are remembered if nobody cleans up: a bound, many times what lives at once. */
const rememberedSessions = 200;

interface ProgressDocument extends Document {
  readonly _id: string;
  readonly name: string;
  readonly lane: number;
  readonly epoch: number;
  readonly number: number;
  readonly saved: string | null;
}

export interface ProgressOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly name: string;
  readonly clock: Clock;
  /** Tells this process from another one that chose the same epoch. */
  readonly owner: string;
}

/** What stands in a lane's document when a transaction did not find what it expected. */
export interface Standing {
  readonly epoch: number;
  readonly owner: string;
  readonly number: number;
}

export class ProgressDocuments {
  private readonly db: Db;

  constructor(private readonly options: ProgressOptions) {
    this.db = options.client.db(options.database);
  }

  /** The highest epoch that was ever stored. */
  async epoch(): Promise<number> {
    const [highest] = await this.all()
      .find({ name: this.options.name }, { readConcern: 'majority' })
      .sort({ epoch: -1 })
      .limit(1)
      .toArray();
    return highest?.epoch ?? 0;
  }

  /** First statement of a transaction: false if another epoch or number stands there. */
  async advance(
    session: ClientSession,
    step: {
      readonly lane: number;
      readonly epoch: number;
      readonly previous: number;
      readonly number: number;
      readonly save?: unknown;
    },
  ): Promise<boolean> {
    const { name, owner } = this.options;
    const q = { _id: laneId(name, step.lane), epoch: step.epoch, owner, number: step.previous };
    const $set = {
      number: step.number,
      ...('save' in step && step.save !== undefined ? { saved: JSON.stringify(step.save) } : {}),
    };
    const reply = await this.db.command({ update: progressCollection, updates: [{ q, u: { $set } }] }, { session });
    return reply['n'] === 1;
  }

  /** In the same transaction, after `advance`: another `saved`. */
  async save(session: ClientSession, lane: number, saved: unknown): Promise<void> {
    const u = { $set: { saved: JSON.stringify(saved) } };
    await this.db.command(
      { update: progressCollection, updates: [{ q: { _id: laneId(this.options.name, lane) }, u }] },
      { session },
    );
  }

  async standing(lane: number): Promise<Standing | null> {
    const found = await this.all().findOne({ _id: laneId(this.options.name, lane) }, { readConcern: 'majority' });
    return found === null ? null : { epoch: found.epoch, owner: String(found['owner']), number: found.number };
  }

  /**
   * Ends the transactions of earlier processes and raises the epoch, one lane after the other: a lane's document cannot be
   * written while a transaction of that lane is open, so afterwards there is none.
   */
  async takeOver(epoch: number, lanes: number, own: readonly Binary[]): Promise<LaneProgress[]> {
    await this.remember(own);
    const killed = await this.killOthers(own);
    const stored = await this.all()
      .find({ name: this.options.name }, { readConcern: 'majority', projection: { lane: 1 } })
      .toArray();
    const wanted = new Set([...stored.map(({ lane }) => lane), ...Array.from({ length: lanes }, (_, lane) => lane)]);
    const raised: LaneProgress[] = [];
    for (const lane of [...wanted].sort((a, b) => a - b)) raised.push(await this.raise(lane, epoch, own));
    await this.forget(killed);
    return raised;
  }

  private async raise(lane: number, epoch: number, own: readonly Binary[]): Promise<LaneProgress> {
    const { name, owner, clock } = this.options;
    const limit = clock.now() + takeOverMs;
    for (;;) {
      try {
        const filter = { _id: laneId(name, lane), $or: [{ epoch: { $lt: epoch } }, { epoch, owner }] };
        const change = { $set: { epoch, owner }, $setOnInsert: { name, lane, number: 0, saved: null } };
        const found = await this.all().findOneAndUpdate(filter, change, {
          upsert: true,
          returnDocument: 'after',
          maxTimeMS: raiseMs,
          writeConcern: { w: 'majority' },
        });
        if (found === null)
          throw new IsthmusError('invariant_broken', { message: 'an upsert of progress gave nothing back' });
        return {
          lane,
          number: found.number,
          saved: found.saved === null ? null : (JSON.parse(found.saved) as unknown),
        };
      } catch (error) {
        if (errorCode(error) === 11000) throw new IsthmusError('fenced');
        if (!isPassing(error) || clock.now() > limit) throw mongoError(error, 'taking over');
        await this.killOthers(own);
        await clock.sleep(20);
      }
    }
  }

  private async remember(own: readonly Binary[]): Promise<void> {
    const $push = { sessions: { $each: [...own], $slice: -rememberedSessions } };
    await this.sessions().updateOne({ _id: sessionsId(this.options.name) }, { $push } as Document, {
      upsert: true,
      writeConcern: { w: 'majority' },
    });
  }

  private async killOthers(own: readonly Binary[]): Promise<readonly Binary[]> {
    const stored = await this.sessions().findOne({ _id: sessionsId(this.options.name) }, { readConcern: 'majority' });
    const mine = new Set(own.map((id) => id.toString('hex')));
    const others = ((stored?.['sessions'] ?? []) as Binary[]).filter((id) => !mine.has(id.toString('hex')));
    if (others.length > 0) await this.db.command({ killSessions: others.map((id) => ({ id })) });
    return others;
  }

  private async forget(killed: readonly Binary[]): Promise<void> {
    if (killed.length > 0)
      await this.sessions().updateOne({ _id: sessionsId(this.options.name) }, {
        $pull: { sessions: { $in: killed } },
      } as Document);
  }

  private all(): Collection<ProgressDocument> {
    return this.db.collection<ProgressDocument>(progressCollection);
  }

  private sessions(): Collection<Document & { _id: string }> {
    return this.db.collection<Document & { _id: string }>(progressCollection);
  }
}
