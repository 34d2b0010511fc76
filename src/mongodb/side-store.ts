/** MongoDB as a `SideStore`: puts together what the files beside it do. Must not know the protocol's rules. */
import { type ClientSession, type Document, type MongoClient, ObjectId, type Timestamp } from 'mongodb';
import type { Clock } from '../base/clock.js';
import { IsthmusError } from '../base/errors.js';
import type { Entity } from '../model/entity.js';
import type { RecordId, RecordRef, State } from '../model/record.js';
import type {
  ChunkRange,
  CommitOutcome,
  CommitRequest,
  HeldRow,
  Page,
  PageRequest,
  ReadRecord,
  SideStore,
  TakenOver,
} from '../ports/side-store.js';
import { chunkEnd, readChunk, readPage } from './chunks.js';
import { type EntityPlans, entityPlans, planOf } from './entity-plan.js';
import { heldRow } from './held-rows.js';
import { LaneCommit } from './lane-commit.js';
import { heldCollection, markId, metadataDatabase, progressCollection } from './names.js';
import type { OwnWriteNotes } from './own-writes.js';
import { patiently } from './patience.js';
import { ProgressDocuments } from './progress.js';
import { readRecords } from './records.js';
import { compareValues } from './value-order.js';

export interface MongoStoreOptions {
  readonly client: MongoClient;
  readonly database: string;
  readonly name: string;
  /** What progress and held records are stored under: the sync's name, or a share's. */
  readonly progressName: string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
  readonly own: OwnWriteNotes;
}

export class MongoSideStore implements SideStore {
  readonly side = 'mongodb';
  private readonly plans: EntityPlans;
  private readonly progress: ProgressDocuments;
  private readonly owner = new ObjectId().toHexString();
  private readonly lanes = new Map<number, LaneCommit>();
  private sessions: ClientSession[] = [];
  /** By entity, once known. */
  private readonly simple = new Map<string, boolean>();
  private skewMs = 0;

  constructor(private readonly options: MongoStoreOptions) {
    this.plans = entityPlans(options.entities);
    this.progress = new ProgressDocuments({ ...options, name: options.progressName, owner: this.owner });
  }

  async takeOver(epoch: number, lanes: number): Promise<TakenOver> {
    return this.patiently('taking over', async () => {
      await this.endSessions();
      await this.now();
      this.sessions = Array.from({ length: lanes }, () =>
        this.options.client.startSession({ causalConsistency: false }),
      );
      const ids = this.sessions.map((session) => {
        if (session.id === undefined)
          throw new IsthmusError('invariant_broken', { message: 'a session without an id' });
        return session.id.id;
      });
      const progress = await this.progress.takeOver(epoch, lanes, ids);
      this.options.own.begin({ sessions: ids, since: await this.clusterTime() });
      for (const [lane, session] of this.sessions.entries()) this.lanes.set(lane, this.lane(session, epoch));
      return { lanes: progress, held: await this.held() };
    });
  }

  /** No earlier than anything that was committed before. */
  private async clusterTime(): Promise<Timestamp | null> {
    const reply = await this.options.client.db('admin').command({ ping: 1 });
    return (reply['operationTime'] as Timestamp | undefined) ?? null;
  }

  private lane(session: ClientSession, epoch: number): LaneCommit {
    const { plans, progress, owner } = this;
    return new LaneCommit({ ...this.options, plans, progress, owner, session, epoch, skewMs: () => this.skewMs });
  }

  private async held(): Promise<HeldRow[]> {
    const { client, database, progressName: name, entities } = this.options;
    const stored = client.db(database).collection(heldCollection).find({ name }, { readConcern: 'majority' });
    const heads: Document[] = [];
    const slices = new Map<string, Document[]>();
    for await (const document of stored) {
      const of = document['of'] as string | undefined;
      if (of === undefined) heads.push(document);
      else slices.set(of, [...(slices.get(of) ?? []), document]);
    }
    return heads.flatMap((head) => {
      const entity = entities.get(head['entity'] as string);
      return entity === undefined ? [] : [heldRow(entity, head, slices.get(String(head['_id'])) ?? [])];
    });
  }

  epoch(): Promise<number> {
    return this.patiently('reading its progress', () => this.progress.epoch());
  }

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    const lane = this.lanes.get(request.lane);
    if (lane === undefined)
      throw new IsthmusError('invariant_broken', { message: `lane ${request.lane} was not taken over` });
    return lane.commit(request);
  }

  read(
    refs: readonly RecordRef[],
    { raw }: { readonly locked: boolean; readonly raw: boolean },
  ): Promise<ReadonlyMap<RecordId, ReadRecord>> {
    return this.patiently('reading records', () => readRecords({ ...this.options, plans: this.plans, raw }, refs));
  }

  /** A replacement, since one that sets what is there already would write no event. */
  async mark(id: string): Promise<void> {
    const { client, database, name } = this.options;
    const marks = client.db(database).collection<{ _id: string; id: string; once: ObjectId }>(progressCollection);
    await this.patiently('writing a mark', () =>
      marks.replaceOne(
        { _id: markId(name) },
        { id, once: new ObjectId() },
        { upsert: true, writeConcern: { w: 'majority' } },
      ),
    );
  }

  chunkEnd(entity: string, after: string | null, size: number): Promise<string | null> {
    return this.patiently('reading a chunk', () =>
      chunkEnd({ ...this.options, plans: this.plans }, entity, after, size),
    );
  }

  readChunk(range: ChunkRange): Promise<{ key: string; state: State }[]> {
    return this.patiently('reading a chunk', () => readChunk({ ...this.options, plans: this.plans }, range));
  }

  async readPage(request: PageRequest): Promise<Page> {
    const simple = await this.hasSimpleOrder(request.entity);
    return this.patiently('reading a page', () => readPage({ ...this.options, plans: this.plans }, request, simple));
  }

  inSharedOrder(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Whether its `_id` index is in the order of bytes. */
  private async hasSimpleOrder(entity: string): Promise<boolean> {
    const { client, database } = this.options;
    const { collection } = planOf(this.plans, entity).entity;
    const known = this.simple.get(entity);
    if (known !== undefined) return known;
    const [found] = await this.patiently('reading collections', () =>
      client.db(database).listCollections({ name: collection }).toArray(),
    );
    const options = (found as { options?: Document } | undefined)?.options ?? {};
    const simple = found !== undefined && options['collation'] === undefined && options['clusteredIndex'] === undefined;
    if (found !== undefined) this.simple.set(entity, simple);
    return simple;
  }

  /** Its log tells of what a majority has, and that is what is read. */
  async visible(): Promise<void> {}

  async existing(refs: readonly RecordRef[]): Promise<ReadonlySet<RecordId>> {
    const found = await this.read(refs, { locked: false, raw: false });
    return new Set([...found].filter(([, { state }]) => state !== null).map(([id]) => id));
  }

  compareKeys(entity: string, a: string, b: string): number {
    const plan = planOf(this.plans, entity);
    return a === b ? 0 : compareValues(plan.id(a), plan.id(b));
  }

  estimate(entity: string): Promise<number> {
    const { client, database } = this.options;
    return this.patiently('counting', () =>
      client.db(database).collection(planOf(this.plans, entity).entity.collection).estimatedDocumentCount(),
    );
  }

  /** Keeps the difference to our clock in passing. */
  now(): Promise<number> {
    const { client, clock } = this.options;
    return this.patiently('asking for the time', async () => {
      const before = clock.now();
      const hello = await client.db('admin').command({ hello: 1 });
      const server = (hello['localTime'] as Date).getTime();
      this.skewMs = server - (before + clock.now()) / 2;
      return server;
    });
  }

  /** Settlements are kept here: they are the record of what was decided. */
  async forget(): Promise<void> {}

  async settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { client, name } = this.options;
    const ids = new Set<string>();
    await this.patiently('looking for settlements', async () => {
      for (const collection of ['conflicts', 'settlements', 'dead_letters']) {
        const stored = client
          .db(metadataDatabase)
          .collection<{ _id: string; name: string; resolution?: string }>(collection);
        const found = stored.find(
          { _id: { $in: [...settlementIds] }, name, resolution: { $ne: 'pending' } },
          { readConcern: 'majority', projection: { _id: 1 } },
        );
        for await (const { _id } of found) ids.add(_id);
      }
    });
    return ids;
  }

  async close(): Promise<void> {
    await this.endSessions();
  }

  private async endSessions(): Promise<void> {
    this.lanes.clear();
    const ended = this.sessions;
    this.sessions = [];
    await Promise.all(ended.map((session) => session.endSession().catch(() => {})));
  }

  private patiently<T>(during: string, work: () => Promise<T>): Promise<T> {
    return patiently(this.options.clock, during, work);
  }
}
