/**
 * Reads one change event that is too large to be read at once, on servers that cannot split it: its after-image and its before-image
 * by two streams, since each alone fits where both do not. Must not know what is made of it.
 */

import { ChangeStreamCursor, type StreamOptions } from './change-stream.js';
import { joinFragments } from './event-view.js';
import { errorCode } from './mongo-error.js';

/** The server has this event, so it comes at once. */
const awaitMs = 5000;

/** The first event after `stream.from`; null: one image alone is too large. */
export async function readLargeEvent(stream: StreamOptions): Promise<Buffer | null> {
  try {
    const before = await firstEvent({ ...stream, images: 'before' });
    const after = await firstEvent({ ...stream, images: 'after' });
    return before === null || after === null ? null : joinFragments([before, after]);
  } catch (error) {
    if (errorCode(error) === 10334) return null;
    throw error;
  }
}

/** The first event after `stream.from`, without its documents: enough to name its record. */
export function readBareEvent(stream: StreamOptions): Promise<Buffer | null> {
  return firstEvent({ ...stream, images: 'none' });
}

async function firstEvent(stream: StreamOptions): Promise<Buffer | null> {
  const cursor = await ChangeStreamCursor.open({ ...stream, split: false });
  try {
    const [event] = (await cursor.next(awaitMs, 1)).events;
    return event ?? null;
  } finally {
    await cursor.close();
  }
}
