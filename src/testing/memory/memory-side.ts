/**
 * One database in memory: records, log, and what the engine stores there. Each thing that a server does is a step of the
 * scheduler, so that everybody else can come in between. Must not know the engine or who its users are.
 */
import type { Change } from '../../model/change.js';
import type { Ending } from '../../model/conflict.js';
import { type RecordId, type RecordRef, recordId, type State } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { HeldRow, LaneProgress } from '../../ports/side-store.js';
import type { Random } from '../random.js';
import { Actor, type Scheduler } from '../scheduler.js';
import type { MemoryConflicts } from './memory-conflicts.js';
import { MemoryLog } from './memory-log.js';
import { MemoryTable, type TableRules, type TableWrite } from './memory-table.js';

/** What a side knows of a transaction of ours that is open. */
export interface OpenTransaction {
  readonly lane: number;
  readonly owner: Actor;
  rollBack(): void;
}

export interface MemorySideOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly rules: TableRules;
  /** Foreign transactions come in parts of this many changes. */
  readonly partSize: number;
  /** Where MongoDB's settlements go; SQL keeps ids. */
  readonly conflicts: MemoryConflicts;
  /** How probable it is that a connection breaks at a step. */
  readonly faults: () => number;
  readonly disabledRules: ReadonlySet<string>;
}

export interface StoredLane extends LaneProgress {
  readonly epoch: number;
}

/** Told of each commit, when it is visible. */
export type CommitListener = (commit: {
  readonly side: Side;
  /** Null: a user's. */
  readonly number: number | null;
  readonly changes: readonly Change[];
  /** Changes of our transaction that the side added on its own. */
  readonly added: readonly Change[];
  /** What our transaction stored as held. */
  readonly held: readonly HeldRow[];
  readonly dropped: readonly RecordRef[];
  readonly settlements: readonly Ending[];
  /** Records of our transaction that the side made something else of. */
  readonly deviations: number;
}) => void;

export class MemorySide {
  readonly table: MemoryTable;
  readonly log = new MemoryLog();
  readonly lanes = new Map<number, StoredLane>();
  readonly held = new Map<RecordId, HeldRow>();
  readonly settlementIds = new Set<string>();
  /** Our transactions that are open, the newest last. */
  readonly transactions = new Set<OpenTransaction>();
  /** The server itself: it outlives every process. */
  readonly server: Actor;
  readonly scheduler: Scheduler;
  /** The reader that is open, and how far it has read: a new one ends it. */
  reader: { readonly cursor: number } | null = null;
  epoch = 0;
  /** How far its clock is ahead of the engine's. */
  skewMs = 0;
  onCommit: CommitListener = () => {};

  constructor(
    readonly side: Side,
    readonly options: MemorySideOptions,
  ) {
    this.scheduler = options.scheduler;
    this.table = new MemoryTable(options.rules);
    this.server = new Actor(`${side} server`);
  }

  /** A mark that every reader is told of. */
  markForAll(actor: Actor, id: string): Promise<void> {
    return this.scheduler.step(actor, `${this.side}: marks for all`, () => {
      this.log.append({ committedAt: this.now, echo: null, changes: [], mark: { owner: null, id } });
    });
  }

  /** What its clock says. */
  get now(): number {
    return this.scheduler.now + this.skewMs;
  }

  /** Whether no transaction has the lane's progress row. */
  laneFree(lane: number): boolean {
    for (const one of this.transactions) if (one.lane === lane) return false;
    return true;
  }

  /**
   * A user's transaction: the records are locked and shown to `decide`, whose writes are then committed. Answers what
   * changed; null: nothing was committed.
   */
  async userTransaction(
    refs: readonly RecordRef[],
    decide: (found: readonly State[]) => readonly TableWrite[],
  ): Promise<readonly Change[] | null> {
    const owner = {};
    const ids = refs.map(recordId);
    const changes = await this.step(
      'user writes',
      () => {
        const done = this.table.rehearse(decide(refs.map((ref) => this.table.get(ref))));
        if ('refusal' in done || done.changes.length === 0) return null;
        if (this.side === 'sql') this.table.lock([...ids, ...done.changes.map(recordId)], owner);
        else this.commitVisibly(done.changes, null);
        return done.changes;
      },
      () => this.table.isFree(ids, null) && this.cascadesFree(refs),
    );
    if (changes === null || this.side === 'mongodb') return changes;
    // A change can be decoded before it is visible: the log first, then the data.
    await this.step('user commits', () => this.appendUser(changes));
    await this.step('user commit is visible', () => {
      this.table.apply(changes);
      this.table.unlock(owner);
      this.onCommit({
        side: this.side,
        number: null,
        changes,
        added: [],
        held: [],
        dropped: [],
        settlements: [],
        deviations: 0,
      });
    });
    return changes;
  }

  /** Data from before the sync: never in the log. */
  fill(records: readonly TableWrite[]): void {
    this.table.apply(records.map((record) => ({ ...record, before: null })));
  }

  step<T>(label: string, effect: () => T, ready?: () => boolean): Promise<T> {
    return this.scheduler.step(this.server, `${this.side}: ${label}`, effect, ready);
  }

  private commitVisibly(changes: readonly Change[], number: null): void {
    this.appendUser(changes);
    this.table.apply(changes);
    this.onCommit({
      side: this.side,
      number,
      changes,
      added: [],
      held: [],
      dropped: [],
      settlements: [],
      deviations: 0,
    });
  }

  private appendUser(changes: readonly Change[]): void {
    this.log.append({ committedAt: this.now, echo: null, changes, mark: null });
  }

  private cascadesFree(refs: readonly RecordRef[]): boolean {
    const { cascade } = this.options.rules;
    if (cascade === null) return true;
    return refs.every((ref) => {
      const child = cascade(ref);
      return child === null || this.table.isFree([recordId(child)], null);
    });
  }
}
