/** Oracle as a `SideStore`: hands each call to the part that does it. Must not know the protocol's rules. */
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
import type { OracleContext } from '../context.js';
import { bound, forEach } from '../statement.js';
import { passBarrier } from './barrier.js';
import { Chunks } from './chunks.js';
import { compileEntitySql, type EntitySql } from './entity-sql.js';
import { inLists, placeholders } from './in-lists.js';
import { Lane } from './lane.js';
import { laneSession } from './lane-session.js';
import { markStatement } from './mark-statement.js';
import { clockMsOf, selectClock } from './progress-statements.js';
import { existingRecords, readRecords } from './read-records.js';
import { takeOver } from './take-over.js';

export class OracleStore implements SideStore {
  readonly side = 'sql';
  private readonly entities: ReadonlyMap<string, EntitySql>;
  private readonly chunks: Chunks;
  private readonly lanes: LaneSet<Lane>;

  constructor(private readonly context: OracleContext) {
    const entities = new Map([...context.entities].map(([name, entity]) => [name, compileEntitySql(entity)]));
    this.entities = entities;
    this.chunks = new Chunks(context, entities);
    this.lanes = new LaneSet(context.fence, (lane, epoch) => {
      const session = laneSession(context, lane);
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
    return passBarrier(this.context);
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
    return clockMsOf((await this.context.reads.query(selectClock)).rows);
  }

  async forget(settlementIds: readonly string[]): Promise<void> {
    const { name, reads } = this.context;
    const rows = settlementIds.map((id) => [name, id]);
    const text = 'delete from isthmus.settlements where name = :1 and id = :2';
    for (const statement of forEach(text, ['text', 'text'], rows)) await reads.query(statement);
  }

  async settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { name, reads } = this.context;
    const found = new Set<string>();
    for (const { members } of inLists(settlementIds)) {
      const text = `select id from isthmus.settlements where name = :1 and id in (${placeholders(2, members.length)})`;
      const ids = members.map((id) => ['text', id] as const);
      const { rows } = await reads.query(bound(text, [['text', name], ...ids]));
      for (const [id] of rows) found.add(id as string);
    }
    return found;
  }

  close(): Promise<void> {
    return this.lanes.close();
  }
}
