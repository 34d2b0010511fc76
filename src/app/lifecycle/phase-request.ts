/** What a person asks of the phases, and the order that it is. Throws what is wrong with it before anything is looked at. */
import { IsthmusError } from '../../base/errors.js';
import type { Phase } from '../../lifecycle/phases.js';
import type { Order } from '../../lifecycle/steps.js';
import type { Side } from '../../model/side.js';

export interface PhaseRequest {
  readonly action: 'advance' | 'rollback' | 'source' | 'approve';
  readonly to?: Phase;
  readonly share?: number;
  readonly side?: Side;
  readonly force?: boolean;
  readonly why?: string;
  readonly by?: string;
}

export function orderOf({ action, to, share, side, force = false, why }: PhaseRequest): Order {
  if (force && (why ?? '').trim() === '')
    throw new IsthmusError('phase_refused', {
      message: 'A step by force needs a reason, for the history.',
      remedy: 'Say why: `--why TEXT`.',
    });
  if (action === 'source') {
    if (side === undefined)
      throw new IsthmusError('request_invalid', { message: 'Which side shall be the single source?' });
    return { action, side };
  }
  if (action === 'rollback') return { action, ...(to === undefined ? {} : { to }) };
  return {
    action: 'advance',
    force,
    ...(to === undefined ? {} : { to }),
    ...(share === undefined ? {} : { share }),
  };
}
