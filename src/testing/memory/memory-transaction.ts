/**
 * One transaction of ours on a side in memory, as its server sees it: what the process that asked for it does not live to
 * see may still be committed, or stay open and in the way until it is ended.
 */
import { IsthmusError } from '../../base/errors.js';
import type { Change } from '../../model/change.js';
import { type RecordId, type RecordRef, recordId, type State, sameState, toldBy } from '../../model/record.js';
import type { CommitRequest, Plan, RecordWrite, TargetRefusal } from '../../ports/side-store.js';
import type { Actor } from '../scheduler.js';
import type { MemorySide } from './memory-side.js';

export type Served =
  | { readonly kind: 'committed'; readonly committedAt: number }
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal }
  /** Rolled back: a write conflict, a record that came in between, or somebody ended it. */
  | { readonly kind: 'aborted' };

export class MemoryTransaction {
  /** `logged`: it can be decoded already, but not be seen (SQL only). */
  state: 'open' | 'logged' | 'over' = 'open';
  private readonly snapshot: number;
  private changes: readonly Change[] = [];

  constructor(
    private readonly at: MemorySide,
    readonly owner: Actor,
    readonly lane: number,
    private readonly epoch: number,
  ) {
    this.snapshot = at.table.snapshot;
    at.transactions.add(this);
  }

  /** SQL: rows that are there, locked; MongoDB: the snapshot, where a later write to one of them is a conflict. */
  read(refs: readonly RecordRef[]): ReadonlyMap<RecordId, State> {
    const { table, side } = this.at;
    const found = new Map(refs.map((ref) => [recordId(ref), table.get(ref)] as const));
    if (side === 'sql')
      table.lock(
        [...found].filter(([, state]) => state !== null).map(([id]) => id),
        this,
      );
    return found;
  }

  canRead(refs: readonly RecordRef[]): boolean {
    return this.over || this.at.side === 'mongodb' || this.at.table.isFree(refs.map(recordId), this);
  }

  get over(): boolean {
    return this.state === 'over';
  }

  /** Writes and commits, as the server does without anybody's help. */
  async serve(request: CommitRequest, plan: Plan): Promise<Served> {
    this.checkPlan(plan);
    const ids = plan.writes.map(recordId);
    const waits = (): boolean => this.over || this.at.side === 'mongodb' || this.at.table.isFree(ids, this);
    const written = await this.at.step('writes', () => this.write(plan.writes, ids), waits);
    if (written !== null) {
      this.rollBack();
      return written;
    }
    if (request.rehearse) {
      this.rollBack();
      return { kind: 'committed', committedAt: this.at.now };
    }
    await this.at.step('commits', () => {
      if (this.over) return;
      this.append(request, plan);
      if (this.at.side === 'mongodb') this.show(request, plan);
    });
    if (this.at.side === 'sql') {
      await this.at.step('commit is visible', () => {
        if (!this.over) this.show(request, plan);
      });
    }
    return this.committed ? { kind: 'committed', committedAt: this.at.now } : { kind: 'aborted' };
  }

  /** Ends it, unless it is committed already: then what is left of the commit happens at once. */
  rollBack(): void {
    if (this.over) return;
    if (this.state === 'logged') {
      this.finish?.();
      return;
    }
    this.end();
  }

  private committed = false;
  private finish: (() => void) | undefined;

  private write(
    writes: readonly RecordWrite[],
    ids: readonly RecordId[],
  ): Exclude<Served, { kind: 'committed' }> | null {
    const { table, side } = this.at;
    if (this.over) return { kind: 'aborted' };
    if (side === 'mongodb' && (!table.isFree(ids, this) || ids.some((id) => table.changedSince(id, this.snapshot))))
      return { kind: 'aborted' };
    const first = new Set<RecordId>();
    for (const write of writes) {
      const id = recordId(write);
      if (!first.has(id) && !sameState(table.get(write), write.before)) return { kind: 'aborted' };
      first.add(id);
    }
    const done = table.rehearse(writes);
    if ('refusal' in done) return { kind: 'refused', refusal: done.refusal };
    // A cascade or trigger may reach records that somebody else has.
    if (!table.isFree(done.changes.map(recordId), this)) return { kind: 'aborted' };
    table.lock([...ids, ...done.changes.map(recordId)], this);
    this.changes = done.changes;
    return null;
  }

  /** A row is held or dropped: which of the two comes last is not said. */
  private checkPlan(plan: Plan): void {
    const held = new Set(plan.hold.map(recordId));
    if (plan.drop.some((ref) => held.has(recordId(ref))))
      throw new IsthmusError('invariant_broken', { message: 'a plan holds and drops one record' });
  }

  private append(request: CommitRequest, plan: Plan): void {
    const wrote = new Map(plan.writes.map((write) => [recordId(write), toldBy(write)] as const));
    this.at.log.append({
      committedAt: this.at.now,
      echo: {
        lane: request.lane,
        number: request.number,
        wrote: this.tells(plan) ? wrote : new Map(),
      },
      changes: this.changes,
      mark: null,
    });
    this.state = 'logged';
    this.finish = () => this.show(request, plan);
  }

  /** Of MongoDB the log says nothing of what we wrote. */
  private tells(plan: Plan): boolean {
    if (this.at.side === 'mongodb') return false;
    return this.at.table.mayDeviate || plan.writes.some(({ told }) => told !== undefined);
  }

  private show(request: CommitRequest, plan: Plan): void {
    const { at } = this;
    at.table.apply(this.changes);
    const save = plan.save ?? request.save;
    const saved =
      save === undefined ? at.lanes.get(request.lane)?.saved : (JSON.parse(JSON.stringify(save)) as unknown);
    const store = (): void =>
      void at.lanes.set(request.lane, { lane: request.lane, number: request.number, epoch: this.epoch, saved });
    if (at.options.disabledRules.has('atomic-progress'))
      void at.scheduler.step(this.owner, `${at.side}: stores progress`, store);
    else store();
    for (const ref of plan.drop) at.held.delete(recordId(ref));
    for (const row of plan.hold) at.held.set(recordId(row), row);
    for (const settlement of plan.settlements) {
      at.settlementIds.add(settlement.id);
      if (at.side === 'mongodb') at.options.conflicts.store(settlement);
    }
    if (plan.close && at.side === 'mongodb') at.options.conflicts.close(plan.close);
    this.committed = true;
    this.end();
    at.onCommit({
      side: at.side,
      number: request.number,
      ...this.byItself(plan),
      held: plan.hold,
      dropped: plan.drop,
      settlements: plan.settlements,
    });
  }

  /** What was asked for, what the side added, and how much of what was asked for it made something else of. */
  private byItself(plan: Plan): {
    readonly changes: readonly Change[];
    readonly added: readonly Change[];
    readonly deviations: number;
  } {
    const wrote = new Map(plan.writes.map((write) => [recordId(write), write.after] as const));
    const asked = (change: Change): boolean =>
      wrote.has(recordId(change)) && (change.after !== null || wrote.get(recordId(change)) === null);
    const changes = this.changes.filter(asked);
    const added = this.changes.filter((change) => !asked(change));
    return {
      changes,
      added,
      deviations: changes.filter((change) => !sameState(wrote.get(recordId(change)) ?? null, change.after)).length,
    };
  }

  private end(): void {
    this.state = 'over';
    this.at.table.unlock(this);
    this.at.transactions.delete(this);
  }
}
