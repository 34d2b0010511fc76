/** Filters, page cursors and answers of the collections in `sync_metadata`. Pure. */
import { type Document, type Filter, MongoBulkWriteError } from 'mongodb';
import { IsthmusError } from '../base/errors.js';

export interface Stored extends Document {
  readonly _id: string;
}

/** A dead letter that was given up has a state. */
export const openLetter = { state: { $exists: false } } as const;
export const givenUp = { state: { $in: ['propagating', 'discarded'] } };

/** The upserts met their own keys, and nothing else went wrong. */
export function isOnlyTaken(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return false;
  const failed = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failed.every(({ code }) => code === 11000);
}

export function cursorOf(last: Stored): string {
  return `${(last['created_at'] as Date).getTime()}_${last._id}`;
}

/** Strictly after a page's last conflict, newest first. */
export function olderThan(cursor: string): Filter<Stored> {
  const cut = cursor.indexOf('_');
  const at = Number(cursor.slice(0, cut));
  if (cut < 1 || !Number.isSafeInteger(at))
    throw new IsthmusError('request_invalid', { message: 'The cursor is not one of ours.' });
  const created_at = new Date(at);
  return { $or: [{ created_at: { $lt: created_at } }, { created_at, _id: { $lt: cursor.slice(cut + 1) } }] };
}
