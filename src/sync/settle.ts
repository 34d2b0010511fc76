/**
 * Settles records that changed on both sides (rule 3, a and b): both must stand at their tips; equal ones agree (but for
 * what both counted), the others are conflicts. The decision is stored with the write on MongoDB, then written on SQL, so
 * that it is made once.
 */

import { Breath } from '../base/breath.js';
import { classify } from '../conflict/classify.js';
import type { ConflictFacts, Decision } from '../conflict/resolve.js';
import type { Agreement, ConflictRecord, Settlement, SideVersion } from '../model/conflict.js';
import { parseRecordId, type State, sameState } from '../model/record.js';
import { isRefused, refusedField } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import { otherSide, sides } from '../model/side.js';
import type { ReadRecord } from '../ports/side-store.js';
import type { Candidate, Settling } from './candidate.js';
import { endConflict, keepPending } from './close-trouble.js';
import type { Laid } from './decisions.js';
import { spanOf } from './held.js';
import { portionsOf } from './portions.js';
import type { Schedule, Session } from './session.js';
import { storeDecisions } from './settle-mongodb.js';
import { propagateDecisions } from './settle-sql.js';
import { type Refused, reviewStrategy } from './trouble.js';
import { changedAlone, standAsIfHeard } from './unheard-columns.js';

/** The candidates' records are locked by the caller. */
export async function settleGroup(
  session: Session,
  candidates: readonly Candidate[],
  schedule: Schedule,
): Promise<void> {
  for (const portion of portionsOf(candidates)) await settlePortion(session, portion, schedule);
}

async function settlePortion(session: Session, candidates: readonly Candidate[], schedule: Schedule): Promise<void> {
  const settling: Settling[] = [];
  const pending: ConflictRecord[] = [];
  const resting = await atTips(session, candidates, schedule);
  // Merging long texts takes its time, and the links must answer their servers meanwhile.
  const breath = new Breath(session.parts.clock);
  for (const { candidate, raw } of resting) {
    await breath.take();
    const settlement = await decide(session, candidate, raw);
    if (settlement === null) continue;
    if (settlement.type === 'conflict' && settlement.state === 'pending') pending.push(settlement);
    else settling.push({ id: candidate.id, candidate, settlement });
  }
  await keepPending(session, pending);
  const stored = await storeDecisions(session, settling, schedule);
  await propagateDecisions(
    session,
    stored.map(({ settlement }) => settlement),
  );
  for (const { settlement } of stored)
    if (settlement.type === 'conflict' && settlement.resolvedBy !== 'policy') session.decisions.decided(settlement);
}

type Raw = Readonly<Record<Side, unknown>>;

/** Reads both sides, SQL under its row lock, and leaves out records of which a later change is on its way. */
async function atTips(
  session: Session,
  candidates: readonly Candidate[],
  schedule: Schedule,
): Promise<{ candidate: Candidate; raw: Raw }[]> {
  if (candidates.length === 0) return [];
  const refs = candidates.map(({ id }) => parseRecordId(id));
  const blind = session.parts.options.disabledRules.has('tips');
  const sql = await session.parts.sides.sql.store.read(refs, { locked: true, raw: true });
  const mongodb = await session.parts.sides.mongodb.store.read(refs, { locked: false, raw: true });
  const resting: { candidate: Candidate; raw: Raw }[] = [];
  for (const candidate of candidates) {
    const now = { sql: sql.get(candidate.id), mongodb: mongodb.get(candidate.id) } as Record<Side, ReadRecord>;
    const rests = sides.every((side) => sameState(now[side].state, candidate.tips[side]));
    const raw = { sql: now.sql.raw, mongodb: now.mongodb.raw };
    if (rests) resting.push({ candidate, raw });
    else if (blind)
      resting.push({ candidate: { ...candidate, tips: { sql: now.sql.state, mongodb: now.mongodb.state } }, raw });
    else schedule.retry(candidate.id);
  }
  return resting;
}

/** Null: nothing to settle now, since the target's refusal is another matter (a dead letter). */
async function decide(session: Session, candidate: Candidate, raw: Raw): Promise<Settlement | null> {
  const stand = standAsIfHeard(session, candidate);
  if (stand === null) return decideOn(session, candidate, raw);
  const settlement = await decideOn(session, { ...candidate, ...stand }, raw, changedAlone(stand));
  const stood = { sql: candidate.tips.sql };
  const told = settlement?.type === 'agreement' ? settlement.decision : stand.tips.sql;
  return settlement === null || sameState(told, stood.sql) ? settlement : { ...settlement, stood };
}

/** `alone`: the side that alone has changed, but for new columns; null: both, or nobody knows better. */
async function decideOn(
  session: Session,
  candidate: Candidate,
  raw: Raw,
  alone: Side | null = null,
): Promise<Settlement | null> {
  const { parts } = session;
  const ref = parseRecordId(candidate.id);
  const { tips, base, held } = candidate;
  const known = session.trouble.conflictOf(candidate.id);
  const createdAt = known?.createdAt ?? parts.clock.now();
  const agreement = (decision: State): Agreement => ({
    ...ref,
    type: 'agreement',
    id: parts.newId(),
    base,
    decision,
    createdAt: parts.clock.now(),
  });
  if (sameState(tips.sql, tips.mongodb) && agree(session, candidate, known)) return agreement(tips.sql);
  const refused = refusalOf(session, candidate);
  const unique = refused?.refusal.code === 'unique_violation' ? refused.refusal : undefined;
  const kept = refused !== undefined && unique === undefined && keepsFromSettling(session, candidate, refused);
  // What waits for a person is shown as it stands now: another answer than the refused one may be taken.
  const waits = kept && refused.settling && known !== undefined ? refused.refusal : undefined;
  if (kept && waits === undefined) {
    // The other side has come back to the base: there is nothing to decide any more, only a write that is refused.
    if (known !== undefined && !refused.settling) await endConflict(session, known);
    session.decisions.answer(candidate.id, { kind: 'refused', reason: refused.refusal.reason });
    return null;
  }
  const versions = versionsOf(held);
  const facts: ConflictFacts = {
    ...ref,
    kind: unique ? 'unique_violation' : classify({ key: ref.key, base, sql: tips.sql, mongodb: tips.mongodb }),
    base,
    sql: { state: tips.sql, raw: raw.sql, time: held.sql?.time ?? null, version: versions.sql },
    mongodb: { state: tips.mongodb, raw: raw.mongodb, time: held.mongodb?.time ?? null, version: versions.mongodb },
  };
  const person = session.decisions.for(candidate);
  const review = forReview(session, candidate);
  // No strategy takes from the other side what it has not heard of. While the lead changes hands neither side has it.
  const overruled = alone !== null && (onlyLeader(session) ?? alone) !== alone;
  if (alone !== null && !overruled && !person && !refused && !review) return agreement(tips[alone]);
  const decision = person
    ? decidedBy(facts, person, known)
    : waits && known
      ? { decided: false as const, strategy: known.strategy, reason: waits.reason }
      : (review ?? oneWay(session, facts) ?? (await parts.resolve(facts)));
  const conflict = {
    ...facts,
    type: 'conflict' as const,
    id: known?.id ?? parts.newId(),
    createdAt,
    strategy: decision.strategy,
  };
  return decision.decided
    ? {
        ...conflict,
        resolution: decision.resolution,
        decision: decision.state,
        fields: decision.fields,
        reason: null,
        state: 'propagating',
        resolvedAt: null,
        resolvedBy: person?.by ?? 'policy',
      }
    : {
        ...conflict,
        resolution: 'pending',
        decision: null,
        fields: {},
        reason: unique?.reason ?? decision.reason,
        state: 'pending',
        resolvedAt: null,
        resolvedBy: null,
      };
}

/**
 * Whether equal states settle it. Always where one side is right anyway, and where a person was asked: then both were set
 * by hand.
 */
function agree(
  { parts, following }: Session,
  { id, base, tips }: Candidate,
  known: ConflictRecord | undefined,
): boolean {
  if (known !== undefined || !following.bothLead) return true;
  return parts.agrees({ ...parseRecordId(id), base, state: tips.sql });
}

function refusalOf(session: Session, { id, held }: Candidate): Refused | undefined {
  return sides
    .map((side) => held[side] && session.trouble.refusalOf(id, side, held[side]))
    .find((one) => one !== undefined);
}

/**
 * A settlement that was refused is tried again after its pause. A link's own write that was refused is no conflict while the
 * target stands where the write began; once that side has moved too, the two are settled like any others.
 */
function keepsFromSettling({ parts }: Session, { tips }: Candidate, refused: Refused): boolean {
  if (refused.settling) return refused.nextAt > parts.clock.now();
  return sameState(tips[otherSide(refused.source)], refused.held.base);
}

/** Each side had seen its own log up to its last change, and the other's up to where the first one that it lacks begins. */
function versionsOf(held: Candidate['held']): Record<Side, SideVersion['version']> {
  const [sql, mongodb] = [spanOf(held.sql), spanOf(held.mongodb)];
  if (!sql || !mongodb) return { sql: null, mongodb: null };
  const before = (place: string): string => (BigInt(place) - 1n).toString();
  return {
    sql: { sql: sql.last, mongodb: before(mongodb.first) },
    mongodb: { sql: before(sql.first), mongodb: mongodb.last },
  };
}

function decidedBy(facts: ConflictFacts, { state, strategy }: Laid, known: ConflictRecord | undefined): Decision {
  const winner = sides.find((side) => sameState(state, facts[side].state));
  return {
    decided: true,
    state,
    resolution: winner === undefined ? 'merged' : winner === 'sql' ? 'sql_wins' : 'mongo_wins',
    strategy: strategy ?? known?.strategy ?? 'manual',
    fields: {},
  };
}

function forReview({ trouble }: Session, { id }: Candidate): Decision | null {
  if (!trouble.isForReview(id)) return null;
  return { decided: false, strategy: reviewStrategy, reason: 'A comparison found that both sides differ.' };
}

/** The side that leads alone; undefined: both or neither do. */
function onlyLeader({ following }: Session): Side | undefined {
  return following.bothLead ? undefined : sides.find((side) => following.leads(side));
}

/** Where only one link writes, its source is right: the other side is noticed, kept in the record, and overwritten. */
function oneWay(session: Session, facts: ConflictFacts): Decision | null {
  const source = onlyLeader(session);
  if (
    source === undefined ||
    isRefused(facts.key) ||
    refusedField(facts[source].state) >= 0 ||
    facts.kind === 'unique_violation'
  )
    return null;
  return {
    decided: true,
    state: facts[source].state,
    resolution: source === 'sql' ? 'sql_wins' : 'mongo_wins',
    strategy: 'direction',
    fields: {},
  };
}
