/** What becomes of a message that cannot be read: it is kept with its place, and said so, and the rest goes on. */
import type { Logger } from '../../base/logger.js';
import type { UnreadableMessage, UnreadableStore } from '../../ports/unreadable-store.js';

/** `whose` message it is, for the log. */
export function keepUnreadable(
  store: Pick<UnreadableStore, 'keep'>,
  log: Logger,
  whose: string,
): (message: UnreadableMessage) => Promise<void> {
  return async (message) => {
    await store.keep(message);
    log.warn({ ...message }, `a message of ${whose} could not be read, and is kept with its place`);
  };
}
