/** The first half of a settlement (rule 3a): the record on MongoDB, the decision, and the sql link's progress, in one transaction. */
import type { ConflictRecord } from '../model/conflict.js';
import { type RecordId, recordId, type State, sameState } from '../model/record.js';
import type { RecordWrite } from '../ports/side-store.js';
import { noteRefusals, remember } from './apply-batch.js';
import type { Settling } from './candidate.js';
import type { BatchPlan } from './plan-batch.js';
import { type Attempt, commitIsolated } from './refused.js';
import { nameOf, type Schedule, type Session } from './session.js';
import { heldCommits } from './settle-latency.js';

/** Those that were stored; the others were left because their record moved or was refused. */
export async function storeDecisions(
  session: Session,
  settling: readonly Settling[],
  schedule: Schedule,
): Promise<readonly Settling[]> {
  if (settling.length === 0) return [];
  const link = session.links.sql;
  const byId = new Map(settling.map((one) => [one.id, one]));
  const build = (attempt: Attempt) => ({
    read: settling.map(({ settlement }) => settlement),
    plan: (found: ReadonlyMap<RecordId, State>): BatchPlan | null => planDecisions(settling, attempt, found),
    rehearse: attempt.rehearse,
  });
  session.parts.faults.reach('settle.before-mongodb');
  const { outcome, refused } = await commitIsolated<BatchPlan>(session.settleLanes.mongodb, [...byId.keys()], build);
  for (const [id, refusal] of refused) {
    const holder = byId.get(id)?.candidate.held.sql ? link : session.links.mongodb;
    noteRefusals(session, holder, new Map([[id, { ...refusal, settling: true }]]));
    session.decisions.answer(id, { kind: 'refused', reason: refusal.reason });
    schedule.retry(id);
  }
  if (outcome.kind === 'nothing') {
    for (const { id } of settling) schedule.retry(id);
    return [];
  }
  session.parts.faults.reach('settle.after-mongodb');
  remember(session, link, outcome);
  const stored = new Set(outcome.plan.settlements.map(recordId));
  for (const { id } of settling) if (!stored.has(id) && !refused.has(id)) schedule.retry(id);
  const done = settling.filter(({ id }) => stored.has(id));
  for (const { id, settlement } of done) if (settlement.type === 'conflict') session.trouble.decided(id);
  for (const { settlement } of done) {
    for (const side of ['sql', 'mongodb'] as const)
      if (session.links[side].loads.isUnloaded(settlement)) session.links[side].loads.markLoaded(settlement);
    if (settlement.type === 'conflict') session.parts.observer.conflict(settlement as ConflictRecord);
    else session.parts.observer.agreement(settlement.entity);
  }
  session.parts.observer.applied({
    link: nameOf(link),
    writes: outcome.plan.writes,
    commits: [],
    heldCommits: heldCommits(
      outcome.plan.writes,
      done.map(({ settlement }) => settlement),
      'sql',
    ),
    committedAt: outcome.committedAt,
  });
  return done;
}

function planDecisions(
  settling: readonly Settling[],
  attempt: Attempt,
  found: ReadonlyMap<RecordId, State>,
): BatchPlan | null {
  const writes: RecordWrite[] = [];
  const settled: Settling[] = [];
  for (const one of settling) {
    const { settlement, candidate } = one;
    if (attempt.share(one.id) !== 'write') continue;
    const { entity, key } = settlement;
    if (!sameState(settlement.decision, candidate.tips.mongodb)) {
      const now = found.get(one.id) ?? null;
      if (!sameState(now, candidate.tips.mongodb)) continue;
      writes.push({ entity, key, before: now, after: settlement.decision });
    }
    settled.push(one);
  }
  if (settled.length === 0) return null;
  const drop = settled
    .filter(({ candidate }) => candidate.held.sql)
    .map(({ settlement: { entity, key } }) => ({ entity, key }));
  return { writes, hold: [], drop, settlements: settled.map(({ settlement }) => settlement), loaded: [] };
}
