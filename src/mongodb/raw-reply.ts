/** Reads a raw cursor reply: `{firstBatch | nextBatch, postBatchResumeToken?, id}`. Must not know what its documents are. */
import { Long } from 'mongodb';
import type { Position } from '../model/change.js';
import { bsonKind, nameEnd, readInt32, valueEnd } from './bson-walk.js';
import { positionAt } from './position.js';

export interface RawReply {
  readonly bytes: Buffer;
  /** The index at which each document starts. */
  readonly documents: readonly number[];
  /** Of a change stream: the post-batch resume token; else empty. */
  readonly upTo: Position;
  /** Zero: the cursor has ended. */
  readonly id: Long;
}

export function readReply(bytes: Buffer): RawReply {
  const last = readInt32(bytes, 0) - 1;
  let documents: number[] = [];
  let upTo = '';
  let id = Long.ZERO;
  for (let position = 4; position < last; ) {
    const kind = bytes[position] as number;
    const start = nameEnd(bytes, position + 1) + 1;
    const name = bytes.toString('latin1', position + 1, start - 1);
    if (kind === bsonKind.array) documents = documentsIn(bytes, start);
    else if (name === 'postBatchResumeToken') upTo = positionAt(bytes, start);
    else if (name === 'id') id = new Long(readInt32(bytes, start), readInt32(bytes, start + 4));
    position = valueEnd(bytes, kind, start);
  }
  return { bytes, documents, upTo, id };
}

/** The starts of the documents in the array at `at`. */
function documentsIn(bytes: Buffer, at: number): number[] {
  const starts: number[] = [];
  const last = at + readInt32(bytes, at) - 1;
  for (let position = at + 4; position < last; ) {
    const start = nameEnd(bytes, position + 1) + 1;
    starts.push(start);
    position = start + readInt32(bytes, start);
  }
  return starts;
}
