/** Follows what a side that ceased to lead still owes, up to a mark of now. Must not know why it ceased to lead. */
import type { Side } from '../model/side.js';
import type { Saving } from './saving.js';
import type { Session } from './session.js';

/**
 * Follows a side that leads no more up to now, and has that remembered: once what was handled is stored, since a change that is
 * read again later would be taken for one that nobody follows.
 */
export async function payOwed(session: Session, saving: Pick<Saving, 'storeHandled'>, side: Side): Promise<void> {
  const { parts, following, signal } = session;
  if (signal.aborted) return;
  const mark = `${session.id}:owed:${parts.newId()}`;
  const passed = new Promise<boolean>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
    following.endsAt(mark, side, resolve);
  });
  await parts.sides[side].store.mark(mark);
  if (!(await passed)) return;
  await saving.storeHandled();
  await following.alone(async () => {
    if (following.isPaid(side) && !signal.aborted) await parts.courses.paid(session.epoch, side);
  });
}
