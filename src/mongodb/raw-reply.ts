/** Cursor replies whose documents stay bytes. Must not know what the documents are. */
import type { Binary, Document, Long } from 'mongodb';
import type { Position } from '../model/change.js';
import { positionOfToken } from './position.js';

/**
 * For a command that answers with a cursor. Not `raw`: of an error's reply the driver then takes bytes for the server's
 * topology version, and fails with a TypeError at the next error of any command (7.9).
 */
export const rawDocuments = { fieldsAsRaw: { firstBatch: true, nextBatch: true }, promoteLongs: false } as const;

export interface RawReply {
  readonly documents: readonly Buffer[];
  /** Of a change stream: the post-batch resume token; else empty. */
  readonly upTo: Position;
  /** Zero: the cursor has ended. */
  readonly id: Long;
}

interface CursorReply {
  readonly id: Long;
  readonly firstBatch?: readonly Buffer[];
  readonly nextBatch?: readonly Buffer[];
  readonly postBatchResumeToken?: { readonly _data: string; readonly _typeBits?: Binary };
}

export function readReply(reply: Document): RawReply {
  const { id, firstBatch, nextBatch, postBatchResumeToken } = reply['cursor'] as CursorReply;
  const upTo = postBatchResumeToken === undefined ? '' : positionOfToken(postBatchResumeToken);
  return { documents: firstBatch ?? nextBatch ?? [], upTo, id };
}
