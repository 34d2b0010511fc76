/**
 * The second half of a settlement (rule 3b): the record on SQL, the settlement's id, and the mongodb link's progress without
 * what it held, in one transaction. Also finishes, after a crash, the settlements whose second half is missing (rule 6).
 */
import { slices } from '../base/slices.js';
import type { ConflictRecord, Settlement } from '../model/conflict.js';
import { type RecordId, recordId, type State, sameState } from '../model/record.js';
import type { HeldRow, RecordWrite } from '../ports/side-store.js';
import { noteRefusals, remember } from './apply-batch.js';
import { ofDecision } from './held.js';
import type { BatchPlan } from './plan-batch.js';
import { type Attempt, commitIsolated } from './refused.js';
import { nameOf, type Session } from './session.js';
import { heldCommits } from './settle-latency.js';

interface PropagationPlan extends BatchPlan {
  /** Ids of settlements whose decision SQL's state has outrun. */
  readonly superseded: readonly string[];
}

/** The settlements' records are locked by the caller; their first half is committed. */
export async function propagateDecisions(session: Session, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const link = session.links.mongodb;
  const { clock, conflicts, observer } = session.parts;
  const ids = settlements.map(recordId);
  const { outcome, refused } = await commitIsolated<PropagationPlan>(session.settleLanes.sql, ids, (attempt) => ({
    read: settlements,
    plan: (found) => planPropagation(session, settlements, { attempt, found }),
    rehearse: attempt.rehearse,
  }));
  if (outcome.kind === 'nothing') return;
  session.parts.faults.reach('settle.after-sql');
  remember(session, link, outcome);
  noteRefusals(session, link, refused);
  observer.applied({
    link: nameOf(link),
    writes: outcome.plan.writes,
    commits: [],
    heldCommits: heldCommits(outcome.plan.writes, settlements, 'mongodb'),
    committedAt: outcome.committedAt,
  });
  const superseded = new Set(outcome.plan.superseded);
  const at = clock.now();
  const resolved = settlements.map(({ id }) => id).filter((id) => !superseded.has(id));
  if (resolved.length > 0) await conflicts.finish(resolved, { state: 'resolved', at });
  if (superseded.size > 0) await conflicts.finish([...superseded], { state: 'superseded', at });
  session.parts.faults.reach('settle.finished');
  await session.parts.sides.sql.store.forget(settlements.map(({ id }) => id));
}

function planPropagation(
  session: Session,
  settlements: readonly Settlement[],
  { attempt, found }: { readonly attempt: Attempt; readonly found: ReadonlyMap<RecordId, State> },
): PropagationPlan {
  const writes: RecordWrite[] = [];
  const hold: HeldRow[] = [];
  const drop: Settlement[] = [];
  const superseded: string[] = [];
  for (const settlement of settlements) {
    const id = recordId(settlement);
    const { entity, key, decision } = settlement;
    const decidedOn = standOf(settlement);
    const share = attempt.share(id);
    const now = found.get(id) ?? null;
    const stands = sameState(now, decidedOn);
    if (sameState(decision, decidedOn)) drop.push(settlement);
    else if (share === 'ignore') continue;
    else if (share === 'write' && stands) {
      writes.push({ entity, key, before: now, after: decision });
      drop.push(settlement);
    } else {
      // SQL moved on, or refuses the decision: what moved it, or the refusal, is settled with the decision as the other version.
      if (!stands) superseded.push(settlement.id);
      if (session.parts.options.disabledRules.has('superseded')) {
        drop.push(settlement);
        continue;
      }
      const time = settlement.type === 'conflict' ? timeOf(settlement) : null;
      hold.push({
        entity,
        key,
        base: decidedOn,
        tip: decision,
        time,
        // SQL was seen: without the record that is no guess of a load.
        span: decidedOn === null ? ofDecision : null,
        begun: session.numbers.last,
        since: session.parts.clock.now(),
      });
    }
  }
  return { writes, ordered: attempt.ordered, hold, drop: stored(session, drop), settlements, loaded: [], superseded };
}

function timeOf({ resolution, sql, mongodb }: ConflictRecord): HeldRow['time'] {
  return resolution === 'sql_wins' ? sql.time : mongodb.time;
}

/** What SQL stood at when it was decided. */
function standOf(settlement: Settlement): State {
  if (settlement.stood !== undefined) return settlement.stood.sql;
  return settlement.type === 'conflict' ? settlement.sql.state : settlement.decision;
}

function stored(session: Session, refs: readonly Settlement[]): readonly Settlement[] {
  const { held } = session.links.mongodb;
  return refs.filter((ref) => held.isStored(recordId(ref)));
}

/**
 * A former process, paused until now, may have finished and then forgotten one after it was listed here. It finishes first, so
 * what is open even now was not forgotten when SQL was asked.
 */
async function stillOpen(session: Session, missing: readonly Settlement[]): Promise<readonly Settlement[]> {
  if (missing.length === 0) return missing;
  const open = new Set((await session.parts.conflicts.openWork()).propagating.map(({ id }) => id));
  return missing.filter(({ id }) => open.has(id));
}

/** After a crash: what has its second half only lacks the word that it is done; the others get theirs now. */
export async function finishSettlements(session: Session, propagating: readonly Settlement[]): Promise<void> {
  const done = await session.parts.sides.sql.store.settled(propagating.map(({ id }) => id));
  const landed = propagating.filter(({ id }) => done.has(id)).map(({ id }) => id);
  if (landed.length > 0) {
    await session.parts.conflicts.finish(landed, { state: 'resolved', at: session.parts.clock.now() });
    await session.parts.sides.sql.store.forget(landed);
  }
  const missing = await stillOpen(
    session,
    propagating.filter(({ id }) => !done.has(id)),
  );
  const { group } = session.parts.options;
  for (const some of slices(missing, group)) {
    const ids = [...new Set(some.map(recordId))];
    await session.locks.acquire(ids);
    try {
      await propagateDecisions(session, some);
    } finally {
      session.locks.release(ids);
    }
  }
}
