/** PostgreSQL as a `SideStore`: hands each call to the part that does it. Must not know the protocol's rules. */
import { IsthmusError } from '../../base/errors.js';
import type { RecordId, RecordRef } from '../../model/record.js';
import type {
  ChunkRange,
  CommitOutcome,
  CommitRequest,
  Page,
  PageRequest,
  ReadRecord,
  SideStore,
  TakenOver,
} from '../../ports/side-store.js';
import type { PostgresContext } from '../context.js';
import { Chunks } from './chunks.js';
import { compileEntitySql, type EntitySql } from './entity-sql.js';
import { Lane } from './lane.js';
import { type LaneSession, laneSession, type Triggers } from './lane-session.js';
import { existingRecords, readRecords } from './read-records.js';
import { takeOver } from './take-over.js';
import { textArray } from './text-array.js';

export class PostgresStore implements SideStore {
  readonly side = 'sql';
  private readonly entities: ReadonlyMap<string, EntitySql>;
  private readonly chunks: Chunks;
  private readonly lanes = new Map<number, { readonly lane: Lane; readonly session: LaneSession }>();

  constructor(
    private readonly context: PostgresContext,
    private readonly triggers: Triggers,
  ) {
    this.entities = new Map([...context.entities].map(([name, entity]) => [name, compileEntitySql(entity)]));
    this.chunks = new Chunks(context, this.entities);
  }

  async takeOver(epoch: number, lanes: number): Promise<TakenOver> {
    // Lanes carry their epoch: those of an earlier one, also of this process, write no more.
    await this.closeLanes();
    return takeOver(this.context, epoch, lanes);
  }

  epoch(): Promise<number> {
    return this.context.fence.stored();
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return this.lane(request.lane).commit(request);
  }

  read(
    refs: readonly RecordRef[],
    options: { readonly locked: boolean; readonly raw: boolean },
  ): Promise<ReadonlyMap<RecordId, ReadRecord>> {
    if (refs.length === 0) return Promise.resolve(new Map<RecordId, ReadRecord>());
    return readRecords(this.context, this.entities, refs, options);
  }

  async mark(id: string): Promise<void> {
    await this.context.marks.query({
      name: 'isthmus_mark',
      text: 'select pg_logical_emit_message(true, $1, $2)',
      values: [this.context.names.markPrefix, id],
    });
  }

  chunkEnd(entity: string, after: string | null, size: number): Promise<string | null> {
    return this.chunks.end(entity, after, size);
  }

  readChunk(range: ChunkRange): ReturnType<SideStore['readChunk']> {
    return this.chunks.read(range);
  }

  readPage(request: PageRequest): Promise<Page> {
    return this.chunks.page(request);
  }

  inSharedOrder(entity: string): Promise<boolean> {
    return this.chunks.inSharedOrder(entity);
  }

  visible(entity: string): Promise<void> {
    return this.chunks.visible(entity);
  }

  existing(refs: readonly RecordRef[]): Promise<ReadonlySet<RecordId>> {
    return existingRecords(this.context, this.entities, refs);
  }

  compareKeys(entity: string, a: string, b: string): number {
    return this.chunks.compareKeys(entity, a, b);
  }

  estimate(entity: string): Promise<number> {
    return this.chunks.estimate(entity);
  }

  async now(): Promise<number> {
    const result = await this.context.reads.query({
      text: 'select (extract(epoch from clock_timestamp()) * 1000)::bigint',
    });
    return Number(result.rows[0]?.[0]);
  }

  async forget(settlementIds: readonly string[]): Promise<void> {
    if (settlementIds.length === 0) return;
    await this.context.reads.query({
      text: 'delete from isthmus.settlements where name = $1 and id = any($2::text[])',
      values: [this.context.name, textArray(settlementIds)],
    });
  }

  async settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (settlementIds.length === 0) return new Set();
    const result = await this.context.reads.query({
      text: 'select id from isthmus.settlements where name = $1 and id = any($2::text[])',
      values: [this.context.name, textArray(settlementIds)],
    });
    return new Set(result.rows.map((row) => row[0] as string));
  }

  close(): Promise<void> {
    return this.closeLanes();
  }

  private async closeLanes(): Promise<void> {
    const sessions = [...this.lanes.values()].map(({ session }) => session.session);
    this.lanes.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  private lane(number: number): Lane {
    const known = this.lanes.get(number);
    if (known !== undefined) return known.lane;
    const { epoch } = this.context.fence;
    if (epoch === null)
      throw new IsthmusError('invariant_broken', { message: 'A commit was asked for before takeOver.' });
    const session = laneSession(this.context, number, this.triggers);
    const owner = { name: this.context.name, lane: number, epoch };
    const lane = new Lane({ context: this.context, entities: this.entities, session, owner });
    this.lanes.set(number, { lane, session });
    return lane;
  }
}
