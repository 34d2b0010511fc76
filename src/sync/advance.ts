/**
 * One look at a group of held records (rule 3): what stands at its base on the target is written; of what one link only
 * holds, the silent side's tip is found out; what both sides changed goes to `settle.ts`.
 */
import { parseRecordId, type RecordId, recordId, type State, sameState } from '../model/record.js';
import { isRefused, refusedField } from '../model/refusal.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { HeldRow } from '../ports/side-store.js';
import { noteRefusals, remember } from './apply-batch.js';
import type { Candidate } from './candidate.js';
import { closeTrouble, openLetters } from './close-trouble.js';
import { discardLetters } from './discard.js';
import { hasGuessedBase } from './held.js';
import type { BatchPlan } from './plan-batch.js';
import { type Attempt, commitIsolated } from './refused.js';
import { type LinkMemory, nameOf, type Schedule, type Session } from './session.js';
import { settleGroup } from './settle.js';

export async function advanceGroup(session: Session, ids: readonly RecordId[], schedule: Schedule): Promise<void> {
  await session.locks.acquire(ids);
  try {
    await advanceLocked(session, ids, schedule);
  } finally {
    session.locks.release(ids);
  }
}

/** The records are locked by the caller. `proven`: what their targets lack they really lack, an examination has found. */
export async function advanceLocked(
  session: Session,
  ids: readonly RecordId[],
  schedule: Schedule,
  proven = false,
): Promise<void> {
  await discardLetters(session, ids);
  const apart = new Set(ids.filter((id) => haveMovedApart(session, id)));
  for (const side of sides)
    await writeTips(
      session,
      session.links[side],
      ids.filter((id) => !apart.has(id)),
      proven ? schedule : undefined,
    );
  const found = await findCandidates(
    session,
    ids.filter((id) => !session.stopped.has(parseRecordId(id).entity)),
    schedule,
  );
  for (const side of sides) await writeTips(session, session.links[side], found.proven[side], schedule);
  await settleGroup(session, found.candidates, schedule);
  for (const side of sides) await writeTips(session, session.links[side], [...apart]);
  await closeTrouble(session, ids);
  for (const id of ids) if (!session.trouble.conflictOf(id)) session.decisions.answer(id, { kind: 'moved' });
  await openLetters(session, ids, schedule);
  for (const id of ids) session.letterRequests.look(id, session.trouble);
}

/**
 * Both sides have news of it, and neither came back to the other's base: it is most likely to be settled, so looking for a
 * target at its base, in a transaction of its own, can wait until after that.
 */
function haveMovedApart(session: Session, id: RecordId): boolean {
  const sql = session.links.sql.held.get(id);
  const mongodb = session.links.mongodb.held.get(id);
  return (
    sql !== undefined && mongodb !== undefined && !sameState(sql.base, mongodb.tip) && !sameState(mongodb.base, sql.tip)
  );
}

/**
 * Those whose target stands at the held base: the tip is written. `proven`: absent there, and its log was asked; who is not
 * written is looked at again.
 */
async function writeTips(
  session: Session,
  link: LinkMemory,
  ids: readonly RecordId[],
  proven?: Schedule,
): Promise<void> {
  const now = session.parts.clock.now();
  const rows = new Map<RecordId, HeldRow>();
  for (const id of ids) {
    const held = link.held.get(id);
    if (
      held === undefined ||
      (proven === undefined && asksFirst(session, link.source, held)) ||
      session.trouble.isForReview(id) ||
      session.stopped.has(held.entity) ||
      isRefused(held.key) ||
      refusedField(held.tip) >= 0
    )
      continue;
    const refused = session.trouble.refusalOf(id, link.source, held);
    if (refused === undefined || refused.nextAt <= now) rows.set(id, held);
  }
  if (rows.size === 0) return;
  session.parts.faults.reach('advance.before-commit');
  const lane = session.settleLanes[otherSide(link.source)];
  const { outcome, refused } = await commitIsolated<BatchPlan>(lane, [...rows.keys()], (attempt) => ({
    read: [...rows.values()],
    plan: (found) => planTips(rows, attempt, found),
    rehearse: attempt.rehearse,
  }));
  noteRefusals(session, link, refused);
  const written = new Set(outcome.kind === 'nothing' ? [] : outcome.plan.writes.map(recordId));
  for (const id of rows.keys()) if (!written.has(id)) proven?.retry(id);
  if (outcome.kind === 'nothing') return;
  session.parts.faults.reach('advance.after-commit');
  remember(session, link, outcome);
  const loads = session.links[link.source].loads;
  for (const write of outcome.plan.writes) if (loads.isUnloaded(write)) loads.markLoaded(write);
  session.parts.observer.applied({
    link: nameOf(link),
    writes: outcome.plan.writes,
    commits: [],
    heldCommits: outcome.plan.writes.flatMap((write) => {
      const id = recordId(write);
      const time = rows.get(id)?.time;
      return typeof time === 'number' && !session.trouble.has(id) ? [time] : [];
    }),
    committedAt: outcome.committedAt,
  });
}

function planTips(
  rows: ReadonlyMap<RecordId, HeldRow>,
  attempt: Attempt,
  found: ReadonlyMap<RecordId, State>,
): BatchPlan | null {
  const writes = [];
  for (const [id, held] of rows) {
    const target = found.get(id) ?? null;
    if (attempt.share(id) === 'write' && sameState(target, held.base)) {
      writes.push({ entity: held.entity, key: held.key, before: target, after: held.tip });
    }
  }
  if (writes.length === 0) return null;
  const drop = writes.map(({ entity, key }) => ({ entity, key }));
  return { writes, ordered: attempt.ordered, hold: [], drop, settlements: [], loaded: [] };
}

/** What the target refused was asked for before it was tried. */
function asksFirst({ parts, trouble }: Session, source: Side, held: HeldRow): boolean {
  if (!hasGuessedBase(held) || parts.options.disabledRules.has('lacking')) return false;
  const refused = trouble.refusalOf(recordId(held), source, held);
  return refused === undefined || refused.settling;
}

interface Found {
  readonly candidates: Candidate[];
  /** By link: a load brought it, and the target really lacks it. */
  readonly proven: Record<Side, RecordId[]>;
}

/** Records of which both sides' tips are known. Asks for the missing ones. */
async function findCandidates(session: Session, ids: readonly RecordId[], schedule: Schedule): Promise<Found> {
  const candidates: Candidate[] = [];
  const proven: Found['proven'] = { sql: [], mongodb: [] };
  const questions: Record<Side, { id: RecordId; held: HeldRow }[]> = { sql: [], mongodb: [] };
  for (const id of ids) {
    const held = { sql: session.links.sql.held.get(id), mongodb: session.links.mongodb.held.get(id) };
    const holder: Side = held.sql ? 'sql' : 'mongodb';
    const row = held[holder];
    if (row === undefined) continue;
    if (held.sql && held.mongodb) {
      candidates.push({
        id,
        held,
        base: held.sql.base ?? held.mongodb.base,
        tips: { sql: held.sql.tip, mongodb: held.mongodb.tip },
      });
      continue;
    }
    const silent = otherSide(holder);
    const answer = session.parts.options.disabledRules.has('mark')
      ? await unmarked(session, id, silent)
      : session.silent.take(id, silent, row);
    if (answer && answer.state === null && asksFirst(session, holder, row) && !session.trouble.isForReview(id))
      proven[holder].push(id);
    else if (answer) {
      const tips = { [holder]: row.tip, [silent]: answer.state } as Record<Side, State>;
      candidates.push({ id, held, base: row.base, tips });
    } else if (!session.silent.isAsking(id)) {
      const young = row.since + session.parts.options.silentWaitMs - session.parts.clock.now();
      if (young > 0) schedule.wait(id, young);
      else questions[silent].push({ id, held: row });
    }
  }
  for (const side of sides) await askSilent(session, side, questions[side]);
  return { candidates, proven };
}

/** Reads the silent side's records, then writes one mark into its log. */
async function askSilent(
  session: Session,
  side: Side,
  questions: readonly { readonly id: RecordId; readonly held: HeldRow }[],
): Promise<void> {
  if (questions.length === 0) return;
  const { store } = session.parts.sides[side];
  const mark = `${session.id}:silent:${session.parts.newId()}`;
  session.silent.ask(mark, side, questions);
  const found = await store.read(
    questions.map(({ held }) => held),
    { locked: false, raw: false },
  );
  for (const { id } of questions) session.silent.tell(id, found.get(id)?.state ?? null);
  await store.mark(mark);
  session.parts.faults.reach('advance.mark-written');
}

/** With the rule removed: what the side shows now, whatever its log has yet to say. */
async function unmarked(session: Session, id: RecordId, side: Side): Promise<{ state: State }> {
  const ref = parseRecordId(id);
  const found = await session.parts.sides[side].store.read([ref], { locked: false, raw: false });
  return { state: found.get(recordId(ref))?.state ?? null };
}
