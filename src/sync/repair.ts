/**
 * Ends differences that were examined, by the same settlement as any conflict: at these very versions, stored with what is
 * overwritten, written exactly once. A side is said to be right, or the table's policy decides as if both sides had been
 * loaded. Must not know who asks for it.
 */
import { parseRecordId, type RecordId, type State, sameState } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { HeldRow } from '../ports/side-store.js';
import { advanceLocked } from './advance.js';
import { remember } from './apply-batch.js';
import type { Candidate } from './candidate.js';
import { isHeld, waits } from './examine.js';
import type { BatchPlan } from './plan-batch.js';
import { portionsOf } from './portions.js';
import type { Schedule, Session } from './session.js';
import { settleGroup } from './settle.js';

export interface Difference {
  readonly id: RecordId;
  /** What `examine` found. */
  readonly states: Readonly<Record<Side, State>>;
}

export interface RepairChoice {
  /** The side that is right, what the table’s policy says, or that people look at it. */
  readonly use: Side | 'policy' | 'queue';
  /** Stored as who decided. */
  readonly by: string;
}

export type RepairOutcome =
  | { readonly kind: 'repaired' }
  /** A side has changed since, or the record is held: nothing was written. */
  | { readonly kind: 'moved' }
  /** What should be written cannot stand on the other side. Nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It waits now, for a person or for a target that refuses it. */
  | { readonly kind: 'pending' }
  /** This life of the engine ended first. */
  | { readonly kind: 'unknown' };

/** To be done where nobody else uses the settlements' lanes. */
export async function repair(
  session: Session,
  differences: readonly Difference[],
  choice: RepairChoice,
): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  const ids = differences.map(({ id }) => id);
  await session.locks.acquire(ids);
  try {
    const free = differences.filter(({ id }) => !isHeld(session, id) && !waits(session, id));
    const done = new Map<RecordId, RepairOutcome>();
    for (const some of portionsOf(free.map((one) => ({ ...one, base: null, tips: one.states }))))
      for (const [id, outcome] of await repairPortion(session, some, choice)) done.set(id, outcome);
    return new Map(ids.map((id) => [id, done.get(id) ?? { kind: 'moved' }]));
  } finally {
    session.locks.release(ids);
  }
}

function repairPortion(
  session: Session,
  differences: readonly Difference[],
  { use, by }: RepairChoice,
): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  if (use === 'policy') return repairByPolicy(session, differences);
  return use === 'queue' ? leaveToPeople(session, differences) : repairFrom(session, differences, { use, by });
}

async function repairFrom(
  session: Session,
  differences: readonly Difference[],
  { use, by }: { readonly use: Side; readonly by: string },
): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  const outcomes = new Map<RecordId, RepairOutcome>();
  const candidates: Candidate[] = [];
  const asked: Promise<unknown>[] = [];
  for (const { id, states } of differences) {
    const { entity, key } = parseRecordId(id);
    if (isRefused(key) && states[use] !== null) {
      outcomes.set(id, { kind: 'refused', reason: 'The record’s key cannot stand on the other side.' });
      continue;
    }
    const shown = { entity, key, base: null, sql: { state: states.sql }, mongodb: { state: states.mongodb } };
    const answer = session.decisions.ask(shown, { choice: { use }, by, strategy: 'repair' });
    asked.push(
      answer.then((outcome) => {
        outcomes.set(id, outcome.kind === 'decided' ? { kind: 'repaired' } : outcome);
      }),
    );
    candidates.push({ id, held: { sql: undefined, mongodb: undefined }, base: null, tips: states });
  }
  await settleGroup(session, candidates, once);
  for (const { id } of candidates) session.decisions.answer(id, { kind: 'moved' });
  await Promise.all(asked);
  // Its second half was refused, or met a newer state: it is settled further like any other held record.
  for (const { id } of candidates) if (isHeld(session, id)) outcomes.set(id, { kind: 'pending' });
  return outcomes;
}

/** It was laid here to be done now or not at all. */
const once: Schedule = { wait() {}, retry() {} };

/** Held on the sides that have it, as if each had been loaded, then looked at like whatever is held. */
async function repairByPolicy(
  session: Session,
  differences: readonly Difference[],
): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  const standing = await holdBoth(session, differences);
  const ids = standing.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  await advanceLocked(session, ids, once, true);
  return outcomesOf(session, ids);
}

/** The same, but nothing is decided or written: each becomes a conflict that waits. */
async function leaveToPeople(
  session: Session,
  differences: readonly Difference[],
): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  const ids = differences.map(({ id }) => id);
  const review = session.trouble.review(ids);
  try {
    const standing = await holdBoth(session, differences);
    const held = (id: RecordId): Candidate['held'] => ({
      sql: session.links.sql.held.get(id),
      mongodb: session.links.mongodb.held.get(id),
    });
    await settleGroup(
      session,
      standing.map(({ id, states }) => ({ id, held: held(id), base: null, tips: states })),
      once,
    );
    return await outcomesOf(
      session,
      standing.map(({ id }) => id),
    );
  } finally {
    review.end();
  }
}

/** On each side that has the record, what stands there. Answers those of which that is still so. */
async function holdBoth(session: Session, differences: readonly Difference[]): Promise<readonly Difference[]> {
  const standing = await stillStanding(session, differences);
  for (const side of sides) {
    const rows = standing.flatMap(({ id, states }) =>
      states[side] === null ? [] : [heldOf(session, id, states[side])],
    );
    await commitHeld(session, side, { hold: rows, drop: [] });
  }
  return standing;
}

async function outcomesOf(session: Session, ids: readonly RecordId[]): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
  const outcomes = new Map<RecordId, RepairOutcome>();
  const left: RecordId[] = [];
  for (const id of ids) {
    if (!isHeld(session, id)) outcomes.set(id, { kind: 'repaired' });
    else if (session.trouble.has(id)) outcomes.set(id, { kind: 'pending' });
    else left.push(id);
  }
  // A side moved in between: what it did is on its way, and needs no help.
  for (const side of sides) {
    const drop = left.filter((id) => session.links[side].held.get(id)).map(parseRecordId);
    await commitHeld(session, side, { hold: [], drop });
  }
  return outcomes;
}

/** A state that was left since, and whose change was read before the record was locked, must not be held as a tip. */
async function stillStanding(session: Session, differences: readonly Difference[]): Promise<readonly Difference[]> {
  const refs = differences.map(({ id }) => parseRecordId(id));
  if (refs.length === 0) return [];
  const { sql, mongodb } = session.parts.sides;
  const now = {
    sql: await sql.store.read(refs, { locked: true, raw: false }),
    mongodb: await mongodb.store.read(refs, { locked: false, raw: false }),
  };
  return differences.filter(({ id, states }) =>
    sides.every((side) => sameState(now[side].get(id)?.state ?? null, states[side])),
  );
}

function heldOf({ numbers, parts }: Session, id: RecordId, tip: State): HeldRow {
  const { entity, key } = parseRecordId(id);
  return { entity, key, base: null, tip, time: 'load', span: null, begun: numbers.last, since: parts.clock.now() };
}

/** What the link from `side` holds is stored on its target. */
async function commitHeld(session: Session, side: Side, change: Pick<BatchPlan, 'hold' | 'drop'>): Promise<void> {
  if (change.hold.length + change.drop.length === 0) return;
  const plan: BatchPlan = { writes: [], settlements: [], loaded: [], ...change };
  const outcome = await session.settleLanes[otherSide(side)].commit({ read: [], plan: () => plan });
  if (outcome.kind === 'committed') remember(session, session.links[side], outcome);
}
