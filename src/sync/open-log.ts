/** Begins to read a log, and learns there whether this life was succeeded meanwhile. Must not know what is read. */
import { IsthmusError } from '../base/errors.js';
import type { Position } from '../model/change.js';
import type { Side } from '../model/side.js';
import type { ChangeReader } from '../ports/change-source.js';
import { type Session, wasSucceeded } from './session.js';

/**
 * Throws `fenced` where a later life has taken over. Whoever takes over from here on ends this reader; whoever did before
 * could not, and a process that never writes would not learn that it was succeeded.
 */
export async function openLog(session: Session, side: Side, from: Position): Promise<ChangeReader> {
  const reader = await session.parts.sides[side].source.open(from);
  try {
    if (await wasSucceeded(session, side)) throw new IsthmusError('fenced');
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}
