/** `SideStore` of a side in memory, as one process uses it: each call takes effect in a step and answers in another. */
import { IsthmusError } from '../../base/errors.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
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
import type { Actor } from '../scheduler.js';
import { commit } from './memory-commit.js';
import type { MemorySide } from './memory-side.js';

export class MemoryStore implements SideStore {
  readonly side: Side;
  private current = 0;

  constructor(
    private readonly at: MemorySide,
    private readonly owner: Actor,
  ) {
    this.side = at.side;
  }

  epoch(): Promise<number> {
    return this.call('epoch', () => this.at.epoch);
  }

  async takeOver(epoch: number, lanes: number): Promise<TakenOver> {
    await this.call('ends the predecessor', () => this.endOthers());
    return this.call('takes over', () => {
      if (epoch <= this.at.epoch) throw new IsthmusError('fenced');
      // What began since, and would not see the new epoch.
      this.endOthers();
      this.at.epoch = epoch;
      this.current = epoch;
      for (let lane = 0; lane < lanes; lane++) {
        if (!this.at.lanes.has(lane)) this.at.lanes.set(lane, { lane, number: 0, epoch, saved: undefined });
      }
      for (const [lane, stored] of this.at.lanes) this.at.lanes.set(lane, { ...stored, epoch });
      return {
        lanes: [...this.at.lanes.values()].map(({ lane, number, saved }) => ({ lane, number, saved })),
        held: [...this.at.held.values()],
      };
    });
  }

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    return commit({ side: this.at, owner: this.owner, epoch: this.current }, request);
  }

  async read(
    refs: readonly RecordRef[],
    options: { readonly locked: boolean; readonly raw: boolean },
  ): Promise<ReadonlyMap<RecordId, ReadRecord>> {
    const ids = refs.map(recordId);
    const waits = options.locked && this.side === 'sql' ? (): boolean => this.at.table.isFree(ids, null) : undefined;
    return this.call(
      'reads',
      () => {
        const found = new Map<RecordId, ReadRecord>();
        for (const ref of refs) {
          const state = this.at.table.get(ref);
          found.set(recordId(ref), { state, raw: options.raw ? state : null });
        }
        return found;
      },
      waits,
    );
  }

  mark(id: string): Promise<void> {
    return this.call('marks', () => {
      this.at.log.append({
        committedAt: this.at.now,
        echo: null,
        changes: [],
        mark: { owner: this.owner.name, id },
      });
    });
  }

  chunkEnd(entity: string, after: string | null, size: number): Promise<string | null> {
    return this.call('ends a chunk', () => {
      const rest = this.at.table.scan(entity).filter(({ key }) => after === null || key > after);
      return rest.length > size ? (rest[size - 1]?.key ?? null) : null;
    });
  }

  /** SQL: one snapshot; MongoDB: a cursor, which meets each record as it is when the cursor comes by. */
  async readChunk({
    entity,
    after,
    upTo,
  }: ChunkRange): Promise<readonly { readonly key: string; readonly state: readonly (string | null)[] | null }[]> {
    const inside = (key: string): boolean => (after === null || key > after) && (upTo === null || key <= upTo);
    const read = (): readonly { key: string; state: readonly (string | null)[] | null }[] =>
      this.at.table.scan(entity).filter(({ key }) => inside(key));
    // What was decoded before it is visible would be missed, so whoever is committing is waited for.
    if (this.side === 'sql') return this.call('reads a chunk', read, () => this.at.table.isUnlocked);
    const rows: { readonly key: string; readonly state: readonly (string | null)[] | null }[] = [];
    for (;;) {
      const last = rows.at(-1)?.key ?? after;
      const next = await this.call('reads on', () => read().find(({ key }) => last === null || key > last));
      if (next === undefined) return rows;
      rows.push(next);
    }
  }

  readPage({ entity, after, limit, keysOnly }: PageRequest): Promise<Page> {
    return this.call('reads a page', () => {
      const rest = this.at.table.scan(entity).filter(({ key }) => after === null || key > after);
      const rows = rest.slice(0, limit).map(({ key, state }) => ({ key, state: keysOnly ? null : state }));
      return { rows, more: rest.length > limit };
    });
  }

  inSharedOrder(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Whoever is committing is waited for. */
  visible(): Promise<void> {
    if (this.side !== 'sql') return Promise.resolve();
    return this.call(
      'waits for writers',
      () => {},
      () => this.at.table.isUnlocked,
    );
  }

  existing(refs: readonly RecordRef[]): Promise<ReadonlySet<RecordId>> {
    return this.call('looks', () => new Set(refs.filter((ref) => this.at.table.get(ref) !== null).map(recordId)));
  }

  compareKeys(_entity: string, a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  estimate(entity: string): Promise<number> {
    return this.call('estimates', () => this.at.table.scan(entity).length);
  }

  now(): Promise<number> {
    return this.call('now', () => this.at.now);
  }

  forget(settlementIds: readonly string[]): Promise<void> {
    return this.call('forgets', () => {
      if (this.side === 'sql') for (const id of settlementIds) this.at.settlementIds.delete(id);
    });
  }

  settled(settlementIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.call('settled', () => new Set(settlementIds.filter((id) => this.at.settlementIds.has(id))));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private endOthers(): void {
    if (!this.at.options.disabledRules.has('fence'))
      for (const transaction of [...this.at.transactions]) transaction.rollBack();
    this.at.reader = null;
  }

  private async call<T>(label: string, effect: () => T, ready?: () => boolean): Promise<T> {
    const { options, scheduler } = this.at;
    const answer = await scheduler.step(this.owner, `${this.side}: ${label}`, effect, ready);
    // The answer is on its way while others go on.
    if (options.random.chance(0.3)) await scheduler.step(this.owner, `${this.side}: answers`, () => {});
    return answer;
  }
}
