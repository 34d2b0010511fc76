/** Keeps the stored list of what waits (pending conflicts, dead letters) in step with what is held (rule 7). */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import { parseRecordId, type RecordId, recordId, sameState } from '../model/record.js';
import { sides } from '../model/side.js';
import type { Closing } from '../ports/side-store.js';
import { nameOf, type Schedule, type Session } from './session.js';

/** Conflicts that a person must decide: stored when new and when a side has moved since. */
export async function keepPending(session: Session, conflicts: readonly ConflictRecord[]): Promise<void> {
  const changed = conflicts.filter((conflict) => {
    const known = session.trouble.conflictOf(recordId(conflict));
    return known === undefined || !sameConflict(known, conflict);
  });
  if (changed.length === 0) return;
  // As a transaction of a lane, so that a process which was succeeded cannot list what its successor has settled.
  const plan = { writes: [], hold: [], drop: [], settlements: changed };
  await session.settleLanes.mongodb.commit({ read: [], plan: () => plan });
  for (const conflict of changed) {
    const id = recordId(conflict);
    const { observer } = session.parts;
    if (session.trouble.conflictOf(id) === undefined) observer.conflict(conflict);
    else observer.moved(conflict);
    session.trouble.setConflict(id, conflict);
  }
}

/** It ended by itself, while its record is still held. */
export async function endConflict(session: Session, conflict: ConflictRecord): Promise<void> {
  session.trouble.decided(recordId(conflict));
  await close(session, { ids: [conflict.id], at: session.parts.clock.now(), by: 'agreement' });
  session.parts.observer.closed([conflict.id], []);
}

function sameConflict(a: ConflictRecord, b: ConflictRecord): boolean {
  return (
    a.kind === b.kind &&
    a.reason === b.reason &&
    sameState(a.base, b.base) &&
    sameState(a.sql.state, b.sql.state) &&
    sameState(a.mongodb.state, b.mongodb.state)
  );
}

/** Of these records, those that are no longer held have crossed: nothing waits for them any more. */
export async function closeTrouble(session: Session, ids: readonly RecordId[]): Promise<void> {
  const over: string[] = [];
  const letters: DeadLetter[] = [];
  for (const id of ids) {
    if (!session.trouble.has(id) || sides.some((side) => session.links[side].held.get(id))) continue;
    const { conflict, letter } = session.trouble.clear(id);
    if (conflict) over.push(conflict.id);
    if (letter) letters.push(letter);
  }
  const { clock, conflicts } = session.parts;
  if (over.length > 0) await close(session, { ids: over, at: clock.now(), by: 'agreement' });
  if (letters.length > 0) await conflicts.removeDeadLetters(letters);
  if (over.length + letters.length > 0)
    session.parts.observer.closed(
      over,
      letters.map(({ id }) => id),
    );
}

/** As a transaction of a lane too: a record that waits again has the same conflict, which is its successor's to close. */
async function close(session: Session, closing: Closing): Promise<void> {
  const plan = { writes: [], hold: [], drop: [], settlements: [], close: closing };
  await session.settleLanes.mongodb.commit({ read: [], plan: () => plan });
}

/** Writes that stay refused become dead letters; each is tried again after a pause. */
export async function openLetters(session: Session, ids: readonly RecordId[], schedule: Schedule): Promise<void> {
  const { clock, conflicts, newId, observer, options } = session.parts;
  const letters: DeadLetter[] = [];
  for (const id of ids) {
    for (const side of sides) {
      const held = session.links[side].held.get(id);
      const refused = held && session.trouble.refusalOf(id, side, held);
      if (held === undefined || refused === undefined) continue;
      // Due, and not tried again now: something else is waited for, which must come to its turn.
      schedule.wait(id, Math.max(options.timerMs, refused.nextAt - clock.now()));
      const known = session.trouble.letterOf(id);
      if (
        refused.refusal.code === 'unique_violation' ||
        refused.attempts < options.refusedAttempts ||
        known?.attempts === refused.attempts
      )
        continue;
      letters.push({
        ...parseRecordId(id),
        id: known?.id ?? newId(),
        link: nameOf(session.links[side]),
        base: held.base,
        tip: held.tip,
        code: refused.refusal.code,
        reason: refused.refusal.reason,
        attempts: refused.attempts,
        firstAt: known?.firstAt ?? clock.now(),
        lastAt: clock.now(),
      });
    }
  }
  if (letters.length === 0) return;
  await conflicts.saveDeadLetters(letters);
  for (const letter of letters) {
    if (session.trouble.letterOf(recordId(letter)) === undefined) observer.deadLetter(letter);
    session.trouble.setLetter(recordId(letter), letter);
  }
}
