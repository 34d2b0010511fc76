/** Stops in order, but not for ever: a service manager kills after half a minute, and nobody learns why. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';

/** Below what service managers wait. */
export const stopLimitMs = 20_000;

/**
 * Resolves with whether all came to its end. A server that does not answer keeps what is under way; it is left then, as a crash
 * would leave it, and the next start finds out what became of it.
 */
export async function stopInTime(
  stop: () => Promise<unknown>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<boolean> {
  const done = new AbortController();
  const stopped = stop().then(() => true);
  const late = clock.sleep(stopLimitMs, done.signal).then(() => false);
  const inTime = await Promise.race([stopped, late]);
  done.abort();
  if (!inTime)
    log.warn(
      { seconds: stopLimitMs / 1000 },
      'A server does not answer: what was under way is left for the next start.',
    );
  return inTime;
}
