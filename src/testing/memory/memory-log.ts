/**
 * A log in memory: transactions in commit order, of which only the first ones are readable yet. Positions are the
 * zero-padded count of its items, so that they sort as strings.
 */
import type { Change, CommitTime, Position } from '../../model/change.js';
import type { Echo, SourceEvent } from '../../ports/change-source.js';

export interface LogEntry {
  /** The number of its first item; it has as many as changes, at least one. */
  readonly first: number;
  readonly last: number;
  readonly transaction: string;
  readonly committedAt: CommitTime;
  readonly echo: Echo | null;
  readonly changes: readonly Change[];
  /** Whose it is, if it is a mark, and its id; null: everybody's. */
  readonly mark: { readonly owner: string | null; readonly id: string } | null;
}

export type NewEntry = Pick<LogEntry, 'committedAt' | 'echo' | 'changes' | 'mark'>;

export class MemoryLog {
  readonly entries: LogEntry[] = [];
  /** The last item that is a change. */
  lastPart = 0;
  private published = 0;
  private acknowledged = 0;

  append(entry: NewEntry): LogEntry {
    const first = this.end + 1;
    const last = first + Math.max(1, entry.changes.length) - 1;
    const whole = { ...entry, first, last, transaction: `t${first}` };
    this.entries.push(whole);
    if (entry.changes.length > 0) this.lastPart = last;
    return whole;
  }

  /** The number of the last item, readable or not. */
  get end(): number {
    return this.entries.at(-1)?.last ?? 0;
  }

  /** Whether everything can be read. */
  get caughtUp(): boolean {
    return this.published === this.entries.length;
  }

  /** One more entry can be read. */
  publish(): boolean {
    if (this.caughtUp) return false;
    this.published++;
    return true;
  }

  canRead(after: number): boolean {
    return (this.entries[this.published - 1]?.last ?? 0) > after;
  }

  /** The next event after an item; a foreign transaction comes in parts of at most `partSize` changes. */
  read(after: number, partSize: number, reader: string): { readonly event: SourceEvent | null; readonly to: number } {
    const entry = this.entries[this.indexOf(after + 1)] as LogEntry;
    if (entry.mark !== null) {
      const mine = entry.mark.owner === null || entry.mark.owner === reader;
      return {
        event: mine ? { kind: 'mark', position: positionOf(entry.last), id: entry.mark.id } : null,
        to: entry.last,
      };
    }
    const to = entry.echo === null ? Math.min(entry.last, after + partSize) : entry.last;
    const event: SourceEvent = {
      kind: 'part',
      position: positionOf(to),
      transaction: entry.transaction,
      last: to === entry.last,
      committedAt: entry.committedAt,
      echo: entry.echo,
      changes: entry.changes.slice(after + 1 - entry.first, to + 1 - entry.first),
    };
    return { event, to };
  }

  acknowledge(position: Position): void {
    this.acknowledged = Math.max(this.acknowledged, itemOf(position));
  }

  /** A real log may be gone up to here. */
  get acknowledgedTo(): number {
    return this.acknowledged;
  }

  private indexOf(item: number): number {
    let low = 0;
    let high = this.entries.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as LogEntry).last < item) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function positionOf(item: number): Position {
  return String(item).padStart(9, '0');
}

export function itemOf(position: Position): number {
  return Number(position);
}
