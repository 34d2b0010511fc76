/** What MongoDB's answer to a write means for the record that was written: refused for good, or to be done again. Passes on no value. */
import { type Document, MongoServerError } from 'mongodb';
import type { TargetRefusal } from '../ports/side-store.js';
import { describe, isPassing } from './mongo-error.js';

/** The record came into being, or went, since it was read: the attempt is done again. */
export class Redo extends Error {
  override readonly name = 'Redo';
}

/** The target refuses what was written; carries the outcome out of an attempt. */
export class RefusedWrite extends Error {
  override readonly name = 'RefusedWrite';
  constructor(readonly refusal: TargetRefusal) {
    super(refusal.code);
  }
}

const codes: ReadonlyMap<number, TargetRefusal['code']> = new Map([
  [11000, 'unique_violation'],
  [11001, 'unique_violation'],
  [121, 'check_violation'],
  [10334, 'too_large'],
  [17419, 'too_large'],
  [17420, 'too_large'],
  [17280, 'too_large'],
  [146, 'too_large'],
  [13, 'permission_denied'],
  [2, 'invalid_value'],
  [9, 'invalid_value'],
  [14, 'invalid_value'],
  [15, 'invalid_value'],
  [22, 'invalid_value'],
  [52, 'invalid_value'],
  [57, 'invalid_value'],
  [66, 'invalid_value'],
]);

/** Throws `Redo` or `RefusedWrite` if a write command's reply tells of an error or met fewer records than it should. */
export function assertWritten(reply: Document, expected: number, collection: string): void {
  const [first] = (reply['writeErrors'] ?? []) as Document[];
  if (first !== undefined) throw writeFault(first, collection);
  if (reply['n'] !== expected) throw new Redo('a record was not where it was read');
}

/** What an error of a write command means; errors that pass, and those that are no server's, come back as they are. */
export function writeFault(error: unknown, collection: string): unknown {
  if (error instanceof RangeError || isSizeError(error))
    return new RefusedWrite({ code: 'too_large', reason: `a document for ${collection} would be larger than 16 MB` });
  const fault = error as Document;
  const known = error instanceof MongoServerError || typeof fault['code'] === 'number';
  if (!known || (error instanceof MongoServerError && isPassing(error))) return error;
  const code = codes.get(fault['code'] as number) ?? 'other';
  if (code !== 'unique_violation') return new RefusedWrite({ code, reason: `${collection}: ${reasonOf(fault)}` });
  const index = indexOf(fault);
  return index === '_id_'
    ? new Redo('another record has this _id')
    : new RefusedWrite({ code, reason: `${collection}: index ${index} holds this value already` });
}

function isSizeError(error: unknown): boolean {
  return (
    error instanceof Error &&
    !(error instanceof MongoServerError) &&
    /larger than the maximum size|BSONObj size|too large/i.test(error.message)
  );
}

function indexOf(fault: Document): string {
  const pattern = fault['keyPattern'] as Document | undefined;
  if (pattern !== undefined && Object.keys(pattern).length === 1 && pattern['_id'] !== undefined) return '_id_';
  // The name stands before the values: `… index: email_1 dup key: { … }`.
  return /index: (\S+)/.exec(String(fault['errmsg'] ?? fault['message'] ?? ''))?.[1] ?? 'unknown';
}

function reasonOf(fault: Document): string {
  if (fault['code'] === 121) return 'the document fails the collection’s validation rules (121)';
  return fault instanceof MongoServerError ? describe(fault) : `MongoDB refused it (${String(fault['code'])})`;
}
