/**
 * Checks invariant 5 whenever a transaction of ours becomes visible: what it brings of a user's transaction of several
 * records must come together with the rest, but for records that are held, in conflict, or overwritten since.
 */
import type { Change } from '../../model/change.js';
import { parseRecordId, type RecordId, recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { MemoryConflicts } from '../memory/memory-conflicts.js';
import type { MemorySide } from '../memory/memory-side.js';
import { type History, tokenOf, type UserTransaction } from './history.js';
import type { Scenario } from './scenario.js';

export interface Watched {
  readonly history: History;
  readonly conflicts: MemoryConflicts;
  readonly sides: Readonly<Record<Side, MemorySide>>;
  readonly problems: string[];
  readonly options: { readonly scenario: Scenario };
}

export class WholeTransactions {
  /** Records that some link held since they were last seen equal: they may come by themselves. */
  private readonly wereHeld = new Set<RecordId>();
  /** Side and record → how many user transactions there were when we wrote it last: what stood there before was seen by that write. */
  private readonly written = new Map<string, number>();

  constructor(
    private readonly world: Watched,
    private readonly wholeUpTo: number,
  ) {}

  check(commit: {
    readonly side: Side;
    readonly changes: readonly Change[];
    readonly held: readonly { readonly entity: string; readonly key: string }[];
  }): void {
    for (const row of commit.held) this.wereHeld.add(recordId(row));
    for (const change of commit.changes)
      this.written.set(commit.side + recordId(change), this.world.history.transactions.length);
    const { scenario } = this.world.options;
    // Where values come back, a value does not tell which write brought it. What is not loaded yet may come by itself.
    if (scenario.aba || scenario.load || scenario.reloads) return;
    for (const change of commit.changes) {
      const token = tokenOf(change.after);
      if (token === null) continue;
      const id = recordId(change);
      for (const [index, transaction] of this.world.history.transactions.entries()) {
        if (
          transaction.side === commit.side ||
          transaction.writes.length < 2 ||
          transaction.writes.length > this.wholeUpTo
        )
          continue;
        if (transaction.writes.some((write) => write.id === id && write.after === token))
          this.checkRest({ transaction, index }, commit.side, id);
      }
    }
  }

  private checkRest(
    { transaction, index }: { readonly transaction: UserTransaction; readonly index: number },
    on: Side,
    brought: RecordId,
  ): void {
    const { history, sides, problems, conflicts } = this.world;
    if (this.excused(brought)) return;
    const last = new Map(transaction.writes.map((write) => [write.id, write.after]));
    for (const [id, token] of last) {
      if (id === brought || token === null || this.excused(id)) continue;
      const there = tokenOf(sides[on].table.get(parseRecordId(id)));
      const seen =
        there === null ||
        history.later(transaction.side, id, token).some((one) => one === null || history.descends(one, there));
      const overwritten = (this.written.get(transaction.side + id) ?? -1) > index;
      const disputed = [...conflicts.settlements.values()].some((one) => recordId(one) === id);
      if (!seen && !disputed && !overwritten)
        problems.push(`half a transaction on ${on}: ${brought} came without ${id} (${token}, there: ${there})`);
    }
  }

  private excused(id: RecordId): boolean {
    const { sides } = this.world;
    return this.wereHeld.has(id) || sides.sql.held.has(id) || sides.mongodb.held.has(id);
  }
}
