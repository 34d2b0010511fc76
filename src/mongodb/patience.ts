/** Does an idempotent piece of work again while what stops it passes by itself. Must not know what the work is. */
import type { Clock } from '../base/clock.js';
import { errorCode, isPassing, mongoError } from './mongo-error.js';

const attempts = 6;
const pauseMs = 50;
/** Two upserts of one document can meet; the second one then finds it. */
const duplicateKey = 11000;

/** Throws an `IsthmusError`; `during` says what was tried, for a person. */
export async function patiently<T>(clock: Clock, during: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const again = isPassing(error) || errorCode(error) === duplicateKey;
      if (!again || tries >= attempts) throw mongoError(error, during);
      await clock.sleep(pauseMs * 2 ** tries);
    }
  }
}
