/** Ceases to follow one entity, and keeps that for all lives until the operator chooses (rule 10). Must not know why. */
import type { Side } from '../model/side.js';
import type { Advancer } from './advancer.js';
import type { Session } from './session.js';

export interface EntityStop {
  /** Where it was noticed. */
  readonly source: Side;
  readonly entity: string;
  /** For the operator. */
  readonly reason: string;
}

export async function stopEntity(
  { parts, stopped }: Session,
  advancer: Pick<Advancer, 'forget'>,
  { source, entity, reason }: EntityStop,
): Promise<void> {
  if (stopped.has(entity)) return;
  await parts.conflicts.saveStop({ entity, side: source, reason, at: parts.clock.now() });
  stopped.set(entity, reason);
  advancer.forget(entity);
  parts.log.error({ entity, side: source }, `${entity} is no longer followed: ${reason}`);
}
