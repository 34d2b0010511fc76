/**
 * A side as the engine of one share sees it: all records can be read, those of the share are loaded, and progress, held records
 * and settlements are the share's own. Must not know how records are spread.
 */
import type { RecordRef } from '../../model/record.js';
import { markOfShare } from '../../model/share.js';
import type {
  ChunkRange,
  CommitOutcome,
  CommitRequest,
  PageRequest,
  SideStore,
  TakenOver,
} from '../../ports/side-store.js';

export interface ShareStoreParts {
  /** Of all shares: reads. */
  readonly all: SideStore;
  /** Of this share: writes. */
  readonly own: SideStore;
  readonly share: number;
  readonly shares: number;
  readonly isMine: (ref: RecordRef) => boolean;
  /** Throws if the records are divided otherwise by now. */
  readonly kept: () => Promise<void>;
}

export class ShareStore implements SideStore {
  readonly side: SideStore['side'];

  constructor(private readonly parts: ShareStoreParts) {
    this.side = parts.all.side;
  }

  /** Who divides the records anew says so first, and takes over then: so one of both sees the other. */
  async takeOver(epoch: number, lanes: number): Promise<TakenOver> {
    const found = await this.parts.own.takeOver(epoch, lanes);
    await this.parts.kept();
    return found;
  }

  epoch(): Promise<number> {
    return this.parts.own.epoch();
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return this.parts.own.commit(request);
  }

  forget(settlementIds: readonly string[]): Promise<void> {
    return this.parts.own.forget(settlementIds);
  }

  settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.parts.own.settled(settlementIds);
  }

  /** The log has the marks of all shares. */
  mark(id: string): Promise<void> {
    return this.parts.all.mark(markOfShare(this.parts.share, id));
  }

  /** Of so many records about `size` are the share's. */
  chunkEnd(entity: string, after: string | null, size: number): Promise<string | null> {
    return this.parts.all.chunkEnd(entity, after, size * this.parts.shares);
  }

  async readChunk(range: ChunkRange): ReturnType<SideStore['readChunk']> {
    const rows = await this.parts.all.readChunk(range);
    return rows.filter(({ key }) => this.parts.isMine({ entity: range.entity, key }));
  }

  async estimate(entity: string): Promise<number> {
    return Math.ceil((await this.parts.all.estimate(entity)) / this.parts.shares);
  }

  read(...of: Parameters<SideStore['read']>): ReturnType<SideStore['read']> {
    return this.parts.all.read(...of);
  }

  compareKeys(entity: string, a: string, b: string): number {
    return this.parts.all.compareKeys(entity, a, b);
  }

  readPage(request: PageRequest): ReturnType<SideStore['readPage']> {
    return this.parts.all.readPage(request);
  }

  inSharedOrder(entity: string): Promise<boolean> {
    return this.parts.all.inSharedOrder(entity);
  }

  visible(entity: string): Promise<void> {
    return this.parts.all.visible(entity);
  }

  existing(refs: readonly RecordRef[]): ReturnType<SideStore['existing']> {
    return this.parts.all.existing(refs);
  }

  now(): Promise<number> {
    return this.parts.all.now();
  }

  close(): Promise<void> {
    return this.parts.own.close();
  }
}
