/**
 * Tells true differences of records from changes on their way, exactly: no clock, no guess. A record is read on both sides
 * between two pairs of marks. If no link reads anything of it meanwhile, nothing happened to it between the marks; all
 * that stands before the first ones was handled by then. So what differs will stay so.
 */
import { isIsthmusError } from '../base/errors.js';
import { parseRecordId, type RecordId, type RecordRef, recordId, type State, sameState } from '../model/record.js';
import { type Side, sides } from '../model/side.js';
import type { Heartbeat } from './heartbeat.js';
import type { Session } from './session.js';

export type Verdict =
  | { readonly kind: 'equal' }
  /** Something of it was read meanwhile, or is held and on its way: ask again later. */
  | { readonly kind: 'moving' }
  /** It waits for a person, for its target, or for a load: known not to be equal, and shown elsewhere. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'differs'; readonly states: Readonly<Record<Side, State>> };

export interface Examiner {
  readonly session: Session;
  readonly heartbeat: Pick<Heartbeat, 'passed'>;
}

/** Each of `refs` once, a few hundred at most. Takes as long as both links take to come to what is written now. */
export async function examine(
  { session, heartbeat }: Examiner,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<RecordId, Verdict>> {
  const { disabledRules } = session.parts.options;
  const watch = session.watches.begin(refs.map(recordId));
  const bothPassed = (): Promise<unknown> => Promise.all(sides.map((side) => heartbeat.passed(side)));
  try {
    await bothPassed();
    // What is held now may be written later than the second marks, and be held no more when they are read.
    const quiet = refs.filter((ref) => !isHeld(session, recordId(ref)));
    const states = session.signal.aborted ? null : await readBoth(session, quiet);
    if (!disabledRules.has('confirm')) await bothPassed();
    const verdicts = new Map<RecordId, Verdict>();
    for (const ref of refs) {
      const id = recordId(ref);
      const moved = !disabledRules.has('watch') && watch.moved.has(id);
      const found = session.signal.aborted || moved ? undefined : states?.get(id);
      verdicts.set(id, verdictOf(session, id, found));
    }
    return verdicts;
  } finally {
    watch.end();
  }
}

function verdictOf(session: Session, id: RecordId, states: Readonly<Record<Side, State>> | undefined): Verdict {
  if (waits(session, id)) return { kind: 'waits' };
  if (states === undefined || isHeld(session, id)) return { kind: 'moving' };
  return sameState(states.sql, states.mongodb) ? { kind: 'equal' } : { kind: 'differs', states };
}

/** Whether something else than time keeps its sides apart. */
export function waits({ trouble, stopped, links }: Session, id: RecordId): boolean {
  const { entity } = parseRecordId(id);
  const listed = trouble.conflictOf(id) !== undefined || trouble.letterOf(id) !== undefined;
  return listed || stopped.has(entity) || sides.some((side) => links[side].loads.get(entity) !== undefined);
}

export function isHeld({ links }: Session, id: RecordId): boolean {
  return sides.some((side) => links[side].held.get(id) !== undefined);
}

/** SQL under its row lock: a commit can be decoded before it is visible. Null: a user holds a lock for long; ask again. */
async function readBoth(
  { parts }: Session,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<RecordId, Readonly<Record<Side, State>>> | null> {
  try {
    const [sql, mongodb] = await Promise.all(
      sides.map((side) => parts.sides[side].store.read(refs, { locked: side === 'sql', raw: false })),
    );
    return new Map(
      refs
        .map(recordId)
        .map((id) => [id, { sql: sql?.get(id)?.state ?? null, mongodb: mongodb?.get(id)?.state ?? null }]),
    );
  } catch (error) {
    if (isIsthmusError(error) && error.retry) return null;
    throw error;
  }
}
