/** What is said where two processes change the phase at once, and this one came second. */
import { IsthmusError } from '../../base/errors.js';

export function movedOn(): IsthmusError {
  return new IsthmusError('not_running', {
    message: 'Another process has changed the phase meanwhile.',
    remedy: 'Look at it again with `isthmus phase`, then ask again.',
  });
}
