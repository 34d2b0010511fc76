/** MariaDB as a `SideStore`: hands each call to the part that does it. Must not know the protocol's rules. */
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
import { LaneSet } from '../../sql/lane-set.js';
import type { MysqlContext } from '../context.js';
import { literal } from '../names.js';
import { Chunks } from './chunks.js';
import { compileEntitySql, type EntitySql } from './entity-sql.js';
import { Lane } from './lane.js';
import { type ForeignKeys, laneSession } from './lane-session.js';
import { markStatement } from './mark-statement.js';
import { clockMs } from './progress-statements.js';
import { existingRecords, readRecords } from './read-records.js';
import { takeOver } from './take-over.js';

export class MysqlStore implements SideStore {
  readonly side = 'sql';
  private readonly entities: ReadonlyMap<string, EntitySql>;
  private readonly chunks: Chunks;
  private readonly lanes: LaneSet<Lane>;

  constructor(
    private readonly context: MysqlContext,
    foreignKeys: ForeignKeys,
  ) {
    const entities = new Map([...context.entities].map(([name, entity]) => [name, compileEntitySql(entity)]));
    this.entities = entities;
    this.chunks = new Chunks(context, entities);
    this.lanes = new LaneSet(context.fence, (lane, epoch) => {
      const session = laneSession(context, lane, foreignKeys);
      return { lane: new Lane({ context, entities, session, owner: { name: context.name, lane, epoch } }), session };
    });
  }

  async takeOver(epoch: number, lanes: number): Promise<TakenOver> {
    await this.lanes.close();
    return takeOver(this.context, epoch, lanes);
  }

  epoch(): Promise<number> {
    return this.context.fence.stored();
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return this.lanes.get(request.lane).commit(request);
  }

  read(
    refs: readonly RecordRef[],
    options: { readonly locked: boolean; readonly raw: boolean },
  ): Promise<ReadonlyMap<RecordId, ReadRecord>> {
    if (refs.length === 0) return Promise.resolve(new Map<RecordId, ReadRecord>());
    return readRecords(this.context, this.entities, refs, options);
  }

  async mark(id: string): Promise<void> {
    await this.context.marks.query(markStatement(this.context.sync, id));
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
    return Promise.resolve(this.chunks.inSharedOrder(entity));
  }

  visible(): Promise<void> {
    return this.chunks.visible();
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
    return Number((await this.context.reads.query(clockMs)).rows[0]?.[0]);
  }

  async forget(settlementIds: readonly string[]): Promise<void> {
    if (settlementIds.length === 0) return;
    await this.context.reads.query(`delete from isthmus.settlements where ${this.among(settlementIds)}`);
  }

  async settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (settlementIds.length === 0) return new Set();
    const { rows } = await this.context.reads.query(
      `select id from isthmus.settlements where ${this.among(settlementIds)}`,
    );
    return new Set(rows.map((row) => row[0] as string));
  }

  close(): Promise<void> {
    return this.lanes.close();
  }

  private among(ids: readonly string[]): string {
    return `name = ${literal(this.context.name)} and id in (${ids.map(literal).join(', ')})`;
  }
}
