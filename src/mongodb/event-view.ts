/**
 * One raw change event, as the places of its parts in the bytes: a view that is filled again for each event, so that reading a
 * stream makes no objects. Must not know entities or transactions.
 */
import { bsonKind, findElement, nameEnd, numberAt, readInt32, readInt64, stringAt, valueEnd } from './bson-walk.js';

export type Operation =
  | 'insert'
  | 'update'
  | 'replace'
  | 'delete'
  | 'drop'
  | 'rename'
  | 'dropDatabase'
  | 'invalidate'
  | 'other';

const operations: ReadonlyMap<string, Operation> = new Map(
  (['insert', 'update', 'replace', 'delete', 'drop', 'rename', 'dropDatabase', 'invalidate'] as const).map((name) => [
    name,
    name,
  ]),
);

/** Places are the index of a document's first byte; 0: the event has no such part. */
export class EventView {
  bytes: Buffer = Buffer.alloc(0);
  token = 0;
  operation: Operation = 'other';
  wallTime = 0;
  namespace = 0;
  namespaceEnd = 0;
  renamedTo = 0;
  documentKey = 0;
  after = 0;
  before = 0;
  update = 0;
  lsid = 0;
  lsidEnd = 0;
  /** -1: a plain write. */
  txnNumber = -1;
  split = 0;

  fill(bytes: Buffer): void {
    this.reset(bytes);
    const last = readInt32(bytes, 0) - 1;
    let position = 4;
    while (position < last) {
      const kind = bytes[position] as number;
      const name = position + 1;
      const start = nameEnd(bytes, name) + 1;
      const end = valueEnd(bytes, kind, start);
      this.note(start - 1 - name, bytes[name] as number, kind, start, end);
      position = end;
    }
  }

  private reset(bytes: Buffer): void {
    this.bytes = bytes;
    this.token = this.namespace = this.namespaceEnd = this.renamedTo = this.documentKey = 0;
    this.after = this.before = this.update = this.lsid = this.lsidEnd = this.wallTime = this.split = 0;
    this.txnNumber = -1;
    this.operation = 'other';
  }

  /** An event's names differ in length or first letter. */
  private note(length: number, first: number, kind: number, start: number, end: number): void {
    const isDocument = kind === bsonKind.document;
    switch (length) {
      case 2:
        if (first === 110 /* ns */) [this.namespace, this.namespaceEnd] = [start, end];
        else if (isDocument) this.renamedTo = start;
        return;
      case 3:
        this.token = start;
        return;
      case 4:
        if (isDocument) [this.lsid, this.lsidEnd] = [start, end];
        return;
      case 8:
        if (kind === bsonKind.date) this.wallTime = readInt64(this.bytes, start);
        return;
      case 9:
        if (kind === bsonKind.int64) this.txnNumber = readInt64(this.bytes, start);
        return;
      case 10:
        if (isDocument) this.split = start;
        return;
      case 11:
        if (isDocument) this.documentKey = start;
        return;
      case 12:
        if (isDocument) this.after = start;
        return;
      case 13:
        this.operation = operations.get(stringAt(this.bytes, start)) ?? 'other';
        return;
      case 17:
        if (isDocument) this.update = start;
        return;
      case 24:
        if (isDocument) this.before = start;
        return;
      default:
    }
  }
}

/** The collection in a namespace document `{db, coll}`. */
export function collectionOf(bytes: Buffer, at: number): string {
  const found = findElement(bytes, at, 'coll');
  return found === null ? '' : stringAt(bytes, found.start);
}

/** Whether more fragments of this event follow (`$changeStreamSplitLargeEvent`). */
export function fragmentsLeft(bytes: Buffer, split: number): number {
  const fragment = findElement(bytes, split, 'fragment');
  const of = findElement(bytes, split, 'of');
  return fragment === null || of === null
    ? 0
    : numberAt(bytes, of.kind, of.start) - numberAt(bytes, fragment.kind, fragment.start);
}

/** Makes one event of its fragments: the fields of all, and the token of the last. */
export function joinFragments(fragments: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  fragments.forEach((bytes, index) => {
    const last = readInt32(bytes, 0) - 1;
    let position = 4;
    while (position < last) {
      const stop = nameEnd(bytes, position + 1);
      const name = bytes.toString('latin1', position + 1, stop);
      const end = valueEnd(bytes, bytes[position] as number, stop + 1);
      if (name !== 'splitEvent' && (name !== '_id' || index === fragments.length - 1))
        parts.push(bytes.subarray(position, end));
      position = end;
    }
  });
  const size = Buffer.alloc(4);
  size.writeInt32LE(parts.reduce((sum, part) => sum + part.length, 5));
  return Buffer.concat([size, ...parts, Buffer.alloc(1)]);
}
