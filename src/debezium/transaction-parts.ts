/**
 * Makes source events of the changes of one transaction after the other: cuts large ones into parts, keeps our own in one. The
 * counterpart of the PostgreSQL capture's assembler, whose positions are the server's own. Must not know messages.
 */
import type { Change, Position } from '../model/change.js';
import type { RecordId, State } from '../model/record.js';
import { weightOf } from '../model/weight.js';
import type { Echo, SourceEvent } from '../ports/change-source.js';
import { invalid } from './invalid.js';

/** Our progress row as it stands in the log. */
export interface ProgressRow {
  readonly lane: number;
  readonly number: number;
  /** JSON: record id → state; null: everything was written as planned. */
  readonly wrote: string | null;
  /** How many changes of the row follow in the transaction, each with more of `wrote`: where a row has no room for all of it. */
  readonly remaining: number;
}

interface Cut {
  readonly position: Position;
  readonly committedAt: number;
  readonly last: boolean;
}

export class TransactionParts {
  private events: SourceEvent[] = [];
  private emitted = 0;
  private changes: Change[] = [];
  private weight = 0;
  private cut: boolean;
  private echo: Echo | null = null;
  /** What was told of `ProgressRow.wrote`, while more of it follows. */
  private told = '';
  private marks: string[] = [];
  private name: string;
  /** Of what was emitted last. */
  private position: Position;

  constructor(
    from: { readonly position: Position /** The transaction that is open there. */; readonly open: string | null },
    private readonly partSize: number,
  ) {
    this.position = from.position;
    this.name = from.open ?? '';
    this.cut = from.open !== null;
  }

  /** Changes and events that wait to be taken. */
  get size(): number {
    return this.emitted + this.events.length;
  }

  take(): readonly SourceEvent[] {
    const { events } = this;
    this.events = [];
    this.emitted = 0;
    return events;
  }

  /** A transaction that has not ended was told to its end nevertheless. */
  open(name: string): void {
    this.name = name;
    this.changes = [];
    this.weight = 0;
    this.cut = false;
    this.echo = null;
    this.told = '';
    this.marks = [];
  }

  /** `position`: behind the message that says so. */
  change(change: Change, committedAt: number, position: () => Position): void {
    this.changes.push(change);
    this.weight += weightOf(change);
    // Our own transaction says so in its first row and is bounded by our own batch size.
    if (this.weight >= this.partSize && this.echo === null)
      this.emit({ position: position(), committedAt, last: false });
  }

  ownProgress({ lane, number, wrote, remaining }: ProgressRow): void {
    const told = wrote === null ? null : this.told + wrote;
    this.told = remaining > 0 ? (told ?? '') : '';
    this.echo = { lane, number, wrote: readWrote(remaining > 0 ? null : told) };
  }

  mark(id: string): void {
    this.marks.push(id);
  }

  /** Comes before what its transaction has not emitted yet: what follows in the table is no longer to be trusted. */
  stop(entity: string, reason: string): void {
    this.events.push({ kind: 'stop', position: this.position, entity, reason });
  }

  commit(committedAt: number, position: Position): void {
    if (this.changes.length > 0 || this.echo !== null || this.cut) this.emit({ position, committedAt, last: true });
    for (const id of this.marks) this.events.push({ kind: 'mark', position, id });
    if (this.marks.length > 0) this.position = position;
    this.open('');
  }

  private emit({ position, committedAt, last }: Cut): void {
    const { changes } = this;
    this.emitted += changes.length;
    this.events.push({
      kind: 'part',
      position,
      transaction: this.name,
      last,
      committedAt,
      echo: this.echo,
      changes,
    });
    this.changes = [];
    this.weight = 0;
    this.position = position;
    if (!last) this.cut = true;
  }
}

function readWrote(wrote: string | null): ReadonlyMap<RecordId, State> {
  if (wrote === null) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(wrote) as Record<RecordId, State>));
  } catch {
    throw invalid('our progress row is not of the form that we wrote');
  }
}
