/**
 * Gives up dead letters that a person does not want any more: no record is written, each side keeps what stands there, and
 * what was held of the record is dropped, in the same two transactions as a settlement. The first stores the letter as given
 * up, so that nothing is lost without a record; whatever crashes, the second follows.
 */
import { slices } from '../base/slices.js';
import type { Discard } from '../model/conflict.js';
import { type RecordId, type RecordRef, recordId, sameState } from '../model/record.js';
import { type Side, sideOfLink } from '../model/side.js';
import { unitsOf } from '../model/weight.js';
import { remember } from './apply-batch.js';
import type { DiscardRequest } from './letter-requests.js';
import type { BatchPlan } from './plan-batch.js';
import { portionUnits } from './portions.js';
import type { Session } from './session.js';

/** Of these records, whose locks the caller holds, those that somebody asked to give up. */
export async function discardLetters(session: Session, ids: readonly RecordId[]): Promise<void> {
  const discards: Discard[] = [];
  for (const id of ids) {
    const request = session.letterRequests.discardOf(id);
    const discard = request && accept(session, id, request);
    if (discard) discards.push(discard);
  }
  for (const portion of portionsOf(discards)) await discardPortion(session, portion);
}

/** Null: it is not the letter that was shown any more, or it cannot be given up; whoever asked was told. */
function accept(session: Session, id: RecordId, { shown, by }: DiscardRequest): Discard | null {
  const { clock } = session.parts;
  const { id: name, base, tip } = shown;
  const letter = session.trouble.letterOf(id);
  const held = session.links[sideOfLink(shown.link)].held.get(id);
  const blind = session.parts.options.disabledRules.has('letter-shown');
  const stands = held !== undefined && (blind || (sameState(held.base, base) && sameState(held.tip, tip)));
  if (letter?.id !== name || !stands) {
    session.letterRequests.answer(id, { kind: 'moved' });
    return null;
  }
  if (session.trouble.conflictOf(id) !== undefined) {
    session.letterRequests.answer(id, { kind: 'conflict' });
    return null;
  }
  return { type: 'discard', id: name, entity: shown.entity, key: shown.key, letter: shown, by, at: clock.now() };
}

function portionsOf(discards: readonly Discard[]): Discard[][] {
  const portions: Discard[][] = [];
  let units = portionUnits;
  for (const discard of discards) {
    const own = 1 + unitsOf(discard.letter.base) + unitsOf(discard.letter.tip);
    units += own;
    if (units > portionUnits) {
      portions.push([]);
      units = own;
    }
    portions.at(-1)?.push(discard);
  }
  return portions;
}

async function discardPortion(session: Session, discards: readonly Discard[]): Promise<void> {
  const refused = await commitHalf(session, 'sql', discards);
  if (refused !== null) {
    for (const discard of discards) session.letterRequests.answerDiscard(discard, { kind: 'refused', reason: refused });
    return;
  }
  session.parts.faults.reach('discard.after-mongodb');
  await finishHalf(session, discards);
  for (const discard of discards) {
    session.trouble.clear(recordId(discard));
    session.letterRequests.answerDiscard(discard, { kind: 'discarded' });
  }
  session.parts.observer.closed(
    [],
    discards.map(({ id }) => id),
  );
}

/** The transaction on the target of the link from `source`: null, or why the target refuses it. */
async function commitHalf(session: Session, source: Side, discards: readonly Discard[]): Promise<string | null> {
  const link = session.links[source];
  const lane = session.settleLanes[source === 'sql' ? 'mongodb' : 'sql'];
  const drop: RecordRef[] = discards
    .filter((discard) => link.held.isStored(recordId(discard)))
    .map(({ entity, key }) => ({ entity, key }));
  const plan: BatchPlan = { writes: [], hold: [], drop, settlements: discards, loaded: [] };
  const outcome = await lane.commit<BatchPlan>({ read: [], plan: () => plan });
  if (outcome.kind === 'refused') return outcome.refusal.reason;
  if (outcome.kind === 'committed') remember(session, link, outcome);
  return null;
}

/** The second half, and the word that it is done. */
async function finishHalf(session: Session, discards: readonly Discard[]): Promise<void> {
  const { clock, conflicts, faults } = session.parts;
  const refused = await commitHalf(session, 'mongodb', discards);
  if (refused !== null) throw new Error(`SQL refuses a transaction without records: ${refused}`);
  faults.reach('discard.after-sql');
  const ids = discards.map(({ id }) => id);
  await conflicts.finish(ids, { state: 'resolved', at: clock.now() });
  faults.reach('discard.finished');
  await session.parts.sides.sql.store.forget(ids);
}

/** After a crash: those that lack their second half get it; nothing is read yet, so what is held is what was given up. */
export async function finishDiscards(session: Session, open: readonly Discard[]): Promise<void> {
  const { store } = session.parts.sides.sql;
  const { group } = session.parts.options;
  for (const some of slices(open, group)) {
    const done = await store.settled(some.map(({ id }) => id));
    const landed = some.filter(({ id }) => done.has(id)).map(({ id }) => id);
    if (landed.length > 0) {
      await session.parts.conflicts.finish(landed, { state: 'resolved', at: session.parts.clock.now() });
      await store.forget(landed);
    }
    const missing = some.filter(({ id }) => !done.has(id));
    if (missing.length > 0) await finishHalf(session, missing);
  }
}
