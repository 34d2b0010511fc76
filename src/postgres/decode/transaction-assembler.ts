/**
 * Makes source events of the changes of one transaction after the other: cuts large ones into parts, keeps our own
 * in one, skips what a resumed reader has behind it. Must not know bytes.
 */
import type { Change } from '../../model/change.js';
import type { RecordId, State } from '../../model/record.js';
import { weightOf } from '../../model/weight.js';
import type { Echo, SourceEvent } from '../../ports/change-source.js';
import { lsnHex, partPosition, type ReadPosition, wholePosition } from './position.js';
import type { BeginMessage } from './wire.js';

/** Our progress row as it stands in the log. */
export interface ProgressRow {
  readonly lane: number;
  readonly number: number;
  /** JSON: record id → state; null: everything was written as planned. */
  readonly wrote: string | null;
}

const noChanges: readonly Change[] = [];

export class TransactionAssembler {
  private events: SourceEvent[] = [];
  private emitted = 0;
  private lsn = '';
  private committedAt = 0;
  private changes: Change[] = [];
  /** Changes of the transaction so far, also those that are skipped or were emitted in earlier parts. */
  private count = 0;
  private skip = 0;
  private cut = false;
  /** Of `changes`. */
  private weight = 0;
  private progress: ProgressRow | null = null;
  private marks: string[] = [];
  private readonly resume: { readonly lsnHex: string; readonly count: number } | null;

  constructor(
    from: ReadPosition,
    private readonly partSize: number,
  ) {
    this.resume = from.count === null ? null : { lsnHex: lsnHex(from.lsn), count: from.count };
  }

  /** Changes and events that wait to be taken. */
  get size(): number {
    return this.emitted + this.events.length;
  }

  /** Where the present transaction commits, as 16 hex digits. */
  get at(): string {
    return this.lsn;
  }

  begin(message: BeginMessage): void {
    this.lsn = message.lsnHex;
    this.committedAt = message.committedAt;
    this.changes = [];
    this.weight = 0;
    this.count = 0;
    this.skip = this.resume !== null && this.resume.lsnHex === message.lsnHex ? this.resume.count : 0;
    this.cut = this.skip > 0;
    this.progress = null;
    this.marks = [];
  }

  change(change: Change): void {
    this.count += 1;
    if (this.count <= this.skip) return;
    this.changes.push(change);
    this.weight += weightOf(change);
    // Our own transaction says so in its first row and is bounded by our own batch size.
    if (this.weight >= this.partSize && this.progress === null)
      this.emitPart(partPosition(this.lsn, this.count), false);
  }

  ownProgress(row: ProgressRow): void {
    this.progress = row;
  }

  mark(id: string): void {
    this.marks.push(id);
  }

  /** Comes before what its transaction has not emitted yet: what follows in the table is no longer to be trusted. */
  stop(entity: string, reason: string): void {
    const behind = Math.max(this.count - this.changes.length, 0);
    this.events.push({ kind: 'stop', position: partPosition(this.lsn, behind), entity, reason });
  }

  commit(): void {
    const position = wholePosition(this.lsn);
    if (this.changes.length > 0 || this.progress !== null || this.cut) this.emitPart(position, true);
    for (const id of this.marks) this.events.push({ kind: 'mark', position, id });
  }

  take(): readonly SourceEvent[] {
    const events = this.events;
    this.events = [];
    this.emitted = 0;
    return events;
  }

  private emitPart(position: string, last: boolean): void {
    const changes = this.changes.length === 0 ? noChanges : this.changes;
    this.emitted += changes.length;
    this.changes = [];
    this.weight = 0;
    if (!last) this.cut = true;
    const echo = this.progress === null ? null : readEcho(this.progress);
    this.events.push({
      kind: 'part',
      position,
      transaction: this.lsn,
      last,
      committedAt: this.committedAt,
      echo,
      changes,
    });
  }
}

function readEcho(row: ProgressRow): Echo {
  const wrote = new Map<RecordId, State>(
    row.wrote === null ? [] : Object.entries(JSON.parse(row.wrote) as Record<RecordId, State>),
  );
  return { lane: row.lane, number: row.number, wrote };
}
