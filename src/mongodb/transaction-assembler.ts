/**
 * Groups events into source transactions: events of one have the same session and number, and nothing in the log says where one ends, so the
 * owner calls `flush` when it knows. Must not know cursors.
 */

import { IsthmusError } from '../base/errors.js';
import type { Change, Position } from '../model/change.js';
import { sameState } from '../model/record.js';
import type { LaneOf } from '../model/share.js';
import { weightOf } from '../model/weight.js';
import type { Echo, SourceEvent, SourcePart } from '../ports/change-source.js';
import { bsonKind, findElement, numberAt, stringAt } from './bson-walk.js';
import type { DocumentReader } from './document-reader.js';
import { collectionOf, type EventView } from './event-view.js';
import { markId, progressCollection, readLaneId } from './names.js';
import type { OwnReading } from './own-writes.js';
import { afterItsTime, positionAt, positionOrder } from './position.js';

export interface OwnInLog extends OwnReading {
  /** How a position between events ends; null: the log leaves out nothing of our own transactions. */
  readonly between: string | null;
}

/** A larger transaction is handed on in parts of about this weight. */
const partSize = 2000;

interface Open {
  readonly lsid: Buffer;
  readonly txnNumber: number;
  readonly name: string;
  readonly committedAt: number;
  readonly echo: Echo | null;
  changes: Change[];
  weight: number;
  position: Position;
}

export class TransactionAssembler {
  private open: Open | null = null;
  private out: SourceEvent[] = [];
  private readonly readers = new Map<string, DocumentReader | 'progress' | null>();
  /** The position of the last event that was pushed, whether or not it gave anything. */
  position: Position | null = null;

  constructor(
    private readonly whose: { readonly name: string; readonly laneOf: LaneOf },
    private readonly byCollection: ReadonlyMap<string, DocumentReader>,
    private readonly own: OwnInLog,
  ) {}

  /** Whether a transaction is open whose end is not known. */
  get pending(): boolean {
    return this.open !== null;
  }

  push(event: EventView): void {
    const position = positionAt(event.bytes, event.token);
    if (event.txnNumber < 0) this.plain(event, position);
    else this.transactional(event, position);
    this.position = position;
  }

  /** The open transaction has ended. */
  flush(): void {
    if (this.open === null) return;
    this.emit(this.open, true);
    this.open = null;
  }

  /** What is complete. */
  take(): SourceEvent[] {
    const out = this.out;
    this.out = [];
    return out;
  }

  private plain(event: EventView, position: Position): void {
    this.flush();
    const reader = this.readerOf(event);
    if (reader === 'progress') return this.progressWrite(event, position);
    if (reader === null) return this.structural(event, position);
    const change = changeOf(event, reader);
    if (change === 'stop') return this.structural(event, position);
    if (change === null) return;
    this.out.push({
      kind: 'part',
      position,
      transaction: position,
      last: true,
      committedAt: event.wallTime,
      echo: null,
      changes: [change],
    });
  }

  private transactional(event: EventView, position: Position): void {
    let open = this.open;
    const reader = this.readerOf(event);
    if (reader === 'progress' && this.own.between !== null && this.own.isOwn(sessionOf(event), positionOrder(position)))
      return this.ourOwn(event, position, this.own.between);
    if (
      open === null ||
      open.txnNumber !== event.txnNumber ||
      open.lsid.compare(event.bytes, event.lsid, event.lsidEnd) !== 0
    ) {
      this.flush();
      open = this.open = begin(event, position, reader === 'progress' ? this.echoOf(event) : null);
      if (open.echo !== null) this.own.forget(open.echo.lane, open.echo.number);
    }
    const change = reader === null || reader === 'progress' ? null : changeOf(event, reader);
    if (change !== null && change !== 'stop') {
      // Only now is it known that the part before this change is not the last one. Our own stay whole, since an echo is handled as one.
      if (open.weight >= partSize && open.echo === null) this.emit(open, false);
      open.changes.push(change);
      open.weight += weightOf(change);
    }
    open.position = position;
  }

  /** Of a transaction of this process the log shows the progress document alone: what it wrote is known here. */
  private ourOwn(event: EventView, position: Position, between: string): void {
    this.flush();
    const echo = this.echoOf(event);
    // The same document's second write, with what is loaded.
    if (echo === null) return;
    this.out.push({
      kind: 'part',
      // The rest of it stands after this event: a reader that begins here must not meet it.
      position: afterItsTime(position, between),
      transaction: `${sessionOf(event)}:${event.txnNumber}`,
      last: true,
      committedAt: event.wallTime,
      echo,
      changes: this.own.take(echo.lane, echo.number),
    });
  }

  private emit(open: Open, last: boolean): void {
    const { position, name, committedAt, echo, changes } = open;
    const part: SourcePart = { kind: 'part', position, transaction: name, last, committedAt, echo, changes };
    // A stranger's transaction without a mapped change is nothing; one that began in earlier parts must still be ended.
    if (changes.length > 0 || echo !== null || !last) this.out.push(part);
    open.changes = [];
    open.weight = 0;
  }

  /** Which of our transactions the progress document's write belongs to. */
  private echoOf(event: EventView): Echo | null {
    const id = findElement(event.bytes, event.documentKey, '_id');
    if (id === null || id.kind !== bsonKind.string) return null;
    const read = readLaneId(stringAt(event.bytes, id.start));
    const lane = read && this.whose.laneOf(read.name, read.lane);
    const number = lane === null ? 0 : numberOf(event);
    return lane === null || !(number > 0) ? null : { lane, number, wrote: new Map() };
  }

  private progressWrite(event: EventView, position: Position): void {
    const { bytes } = event;
    const key = event.documentKey === 0 ? null : findElement(bytes, event.documentKey, '_id');
    if (key === null || key.kind !== bsonKind.string || stringAt(bytes, key.start) !== markId(this.whose.name)) return;
    const id = event.after === 0 ? null : findElement(bytes, event.after, 'id');
    if (id?.kind === bsonKind.string) this.out.push({ kind: 'mark', position, id: stringAt(bytes, id.start) });
  }

  private structural(event: EventView, position: Position): void {
    const { bytes, operation } = event;
    if (operation === 'drop' && event.namespace > 0)
      this.stop(collectionOf(bytes, event.namespace), position, 'the collection was dropped');
    if (operation !== 'rename') return;
    this.stop(collectionOf(bytes, event.namespace), position, 'the collection was renamed');
    if (event.renamedTo > 0)
      this.stop(collectionOf(bytes, event.renamedTo), position, 'another collection was renamed to this one');
  }

  private stop(collection: string, position: Position, reason: string): void {
    const reader = this.byCollection.get(collection);
    if (reader !== undefined) this.out.push({ kind: 'stop', position, entity: reader.entity.name, reason });
  }

  private readerOf(event: EventView): DocumentReader | 'progress' | null {
    if (event.namespace === 0) return null;
    const bytes = event.bytes.toString('latin1', event.namespace, event.namespaceEnd);
    let reader = this.readers.get(bytes);
    if (reader === undefined) {
      const collection = collectionOf(event.bytes, event.namespace);
      reader = collection === progressCollection ? 'progress' : (this.byCollection.get(collection) ?? null);
      this.readers.set(bytes, reader);
    }
    return reader;
  }
}

/** Its id in hexadecimal. */
function sessionOf({ bytes, lsid, lsidEnd }: EventView): string {
  const id = findElement(bytes, lsid, 'id');
  return id === null ? bytes.toString('hex', lsid, lsidEnd) : bytes.toString('hex', id.start + 5, id.end);
}

function begin(event: EventView, position: Position, echo: Echo | null): Open {
  return {
    lsid: Buffer.from(event.bytes.subarray(event.lsid, event.lsidEnd)),
    txnNumber: event.txnNumber,
    name: `${sessionOf(event)}:${event.txnNumber}`,
    committedAt: event.wallTime,
    echo,
    changes: [],
    weight: 0,
    position,
  };
}

/** The number that a write of a progress document set; NaN: it set none. */
function numberOf(event: EventView): number {
  const { bytes } = event;
  const updated = event.update === 0 ? null : findElement(bytes, event.update, 'updatedFields');
  const at = updated?.start ?? event.after;
  const number = at === 0 ? null : findElement(bytes, at, 'number');
  return number === null ? Number.NaN : numberAt(bytes, number.kind, number.start);
}

/** The change of a mapped record; null: nothing mapped has changed; 'stop': it is no event of a record. */
function changeOf(event: EventView, reader: DocumentReader): Change | 'stop' | null {
  const { bytes, operation } = event;
  const entity = reader.entity.name;
  switch (operation) {
    case 'insert': {
      if (event.after === 0) throw imageMissing(event, reader);
      const { key, state } = reader.record(bytes, event.after);
      return { entity, key, before: null, after: state };
    }
    case 'update':
    case 'replace': {
      if (event.before === 0 || event.after === 0) throw imageMissing(event, reader);
      const before = reader.state(bytes, event.before);
      const { key, state } = reader.record(bytes, event.after);
      return sameState(before, state) ? null : { entity, key, before, after: state };
    }
    case 'delete': {
      if (event.before === 0) throw imageMissing(event, reader);
      const { key, state } = reader.record(bytes, event.before);
      return { entity, key, before: state, after: null };
    }
    default:
      return 'stop';
  }
}

function imageMissing(event: EventView, reader: DocumentReader): IsthmusError {
  const id = event.documentKey === 0 ? null : findElement(event.bytes, event.documentKey, '_id');
  const key = id === null ? '' : reader.key(id.kind, event.bytes, id.start, id.end);
  return new IsthmusError('pre_image_missing', {
    message: `MongoDB no longer holds an image of the ${event.operation} of ${JSON.stringify(key)} in ${reader.entity.collection}.`,
  });
}
