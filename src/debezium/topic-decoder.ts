/**
 * Decodes a topic with all that one connector says, in order, into source events. Pure: messages go in by `push`, events come out
 * by `take`. The same messages give the same events, wherever reading began. Must not know a broker.
 */
import type { Position } from '../model/change.js';
import type { Entity } from '../model/entity.js';
import type { LaneOf } from '../model/share.js';
import type { SourceEvent } from '../ports/change-source.js';
import type { Connector } from './connector.js';
import { type Envelope, type InTransaction, type RowEnvelope, readEnvelope, type TablesEnvelope } from './envelope.js';
import { invalid } from './invalid.js';
import { markOf } from './marks.js';
import type { DebeziumModes } from './modes.js';
import { Once } from './once.js';
import { type DebeziumPlace, formatPlace } from './position.js';
import type { JsonObject } from './read-json.js';
import { type ReadTextOf, RowReader } from './row-reader.js';
import { TransactionParts } from './transaction-parts.js';

export interface DecoderOptions {
  readonly connector: Connector;
  readonly modes: DebeziumModes;
  /** The sync's name: tells our marks. */
  readonly name: string;
  /** Tells our progress rows. */
  readonly laneOf: LaneOf;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly readText: ReadTextOf;
  /** A place in the source's log, as events have it: rows before it may lack columns that the mapping has. */
  readonly asOf: string;
  readonly from: DebeziumPlace;
  /** Changes of a part of a large transaction. */
  readonly partSize: number;
}

export interface TopicMessage {
  readonly offset: string;
  /** Null: a tombstone. */
  readonly value: string | null;
}

const progressTable = 'isthmus.progress';

const became = { made: 'made anew', dropped: 'dropped', emptied: 'truncated' } as const;

export class TopicDecoder {
  private readonly once: Once;
  private readonly parts: TransactionParts;
  private readonly rows: ReadonlyMap<string, RowReader>;
  private readonly stopped = new Set<string>();
  private readonly unknown = new Set<string>();
  private next: bigint;

  constructor(private readonly options: DecoderOptions) {
    const { connector, entities, from, partSize } = options;
    this.once = new Once(connector.dialect, from.commit, from.open);
    const open = from.open === null ? null : nameOf(from.open.transaction, from.commit);
    this.parts = new TransactionParts({ position: formatPlace(from), open }, partSize);
    this.rows = new Map([...entities].map(([name, entity]) => [name, new RowReader(entity, options)]));
    this.next = from.next;
  }

  /** Changes and events that wait to be taken. */
  get size(): number {
    return this.parts.size;
  }

  take(): readonly SourceEvent[] {
    return this.parts.take();
  }

  /** Of what was pushed last. */
  get position(): Position {
    return formatPlace({ next: this.next, commit: this.once.commit, open: this.once.open });
  }

  /**
   * Throws `message_invalid` for what cannot be read: it is passed over, and pushing goes on with the next. Throws `topic_lost` where
   * the connector lost its place.
   */
  push({ offset, value }: TopicMessage): void {
    this.next = BigInt(offset) + 1n;
    this.envelope(readEnvelope(value, this.options.connector.dialect));
  }

  private envelope(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'nothing':
        return;
      case 'begin':
        return this.once.begin(envelope.id);
      case 'end':
        return this.end(envelope);
      case 'message':
        if (this.takes(envelope)) this.mark(envelope);
        return;
      case 'tables':
        return this.tables(envelope);
      case 'truncate':
        if (this.takes(envelope) && this.options.entities.has(envelope.table))
          this.parts.stop(envelope.table, `table ${envelope.table} was truncated`);
        return;
      case 'row':
        if (this.takes(envelope)) this.row(envelope);
    }
  }

  /** Whether it was not told before. */
  private takes({ place, total, committedAt }: InTransaction): boolean {
    const verdict = this.once.event(place, total);
    // Its END could not be read, or never came; the connector tells one transaction after the other.
    if (verdict === 'reopens')
      this.parts.commit(committedAt, formatPlace({ next: this.next - 1n, commit: this.once.commit, open: null }));
    if (verdict === 'opens' || verdict === 'reopens') this.parts.open(nameOf(place.transaction, this.once.commit));
    return verdict !== 'drop';
  }

  /** A table that is dropped, or made anew under its name, is no longer the one that was followed. */
  private tables({ place, changes }: TablesEnvelope): void {
    if (place !== null && this.once.hasPassed(place)) return;
    for (const { table, what } of changes)
      if (this.options.entities.has(table)) this.parts.stop(table, `table ${table} was ${became[what]}`);
  }

  private end({ id, count, committedAt }: Extract<Envelope, { kind: 'end' }>): void {
    const { kind, missing } = this.once.end(id, count);
    if (kind !== 'passed') this.parts.commit(committedAt, this.position);
    if (missing > 0) throw invalid(`${missing} of the ${count} events of a transaction were not there before its end`);
  }

  private mark(envelope: Envelope): void {
    const mark = markOf(envelope, this.options);
    if (mark !== null) this.parts.mark(mark);
  }

  private row(row: RowEnvelope): void {
    if (row.table === progressTable) return this.progress(row.after);
    const reader = this.rows.get(row.table);
    if (reader === undefined) return row.table.startsWith('isthmus.') ? this.mark(row) : this.strange(row.table);
    if (this.stopped.has(row.table)) return;
    const change = reader.change(row, row.place.at < this.options.asOf);
    if (!('stop' in change)) return this.parts.change(change, row.committedAt, () => this.position);
    this.stopped.add(row.table);
    this.parts.stop(row.table, change.stop);
  }

  /** Said once: a connector may tell of more than is mapped. */
  private strange(table: string): void {
    if (this.unknown.has(table)) return;
    this.unknown.add(table);
    throw invalid(`the table ${table} is not mapped; further changes of it are passed over in silence`);
  }

  private progress(row: JsonObject | null): void {
    if (row === null) return;
    const { name, lane, number, wrote, remaining = 0 } = row;
    if (typeof name !== 'string' || (wrote !== null && typeof wrote !== 'string'))
      throw invalid('our progress row is not of the form that we wrote');
    const own = this.options.laneOf(name, Number(lane));
    // Number 0 is a lane that has not written yet: its row is made by a process that takes over.
    if (own !== null && Number(number) > 0)
      this.parts.ownProgress({ lane: own, number: Number(number), wrote, remaining: Number(remaining) });
  }
}

/** A transaction's number comes again after four thousand million others. */
function nameOf(transaction: string, commit: string): string {
  return `${transaction}@${commit}`;
}
