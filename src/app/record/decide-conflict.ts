/** A person's decision, from the words of the API to the engine, and the outcome as an answer or an error. */

import type { Clock } from '../../base/clock.js';
import { IsthmusError } from '../../base/errors.js';
import { slices } from '../../base/slices.js';
import { wronglyNull } from '../../conflict/fits-column.js';
import { stateOfPlain } from '../../conflict/plain.js';
import type { ConflictRecord } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import { seenToken } from '../../model/seen.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { Choice, DecisionOutcome } from '../../sync/decisions.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { ConflictDecision, DecisionCounts, DecisionForAll } from '../sync.js';

export interface DecisionParts {
  readonly engine: Pick<SyncEngine, 'pending' | 'decide' | 'status'>;
  readonly conflicts: Pick<ConflictStore, 'get'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly clock: Clock;
}

/** Most are decided within a tenth of a second; a silent side is asked first. */
const limitMs = 8_000;
const lookAgainMs = 20;
/** So many are on their way at once: the engine settles them in groups. */
const together = 500;

export async function decideConflict(
  parts: DecisionParts,
  id: string,
  decision: ConflictDecision,
): Promise<Readonly<Record<string, unknown>>> {
  mustRun(parts.engine);
  const shown = await waitingConflict(parts, id);
  if (seenToken(shown) !== decision.seen)
    throw new IsthmusError('conflict_moved', {
      message: 'A side has changed the record since the conflict was shown.',
    });
  const choice = choiceOf(parts, shown, decision);
  tell(await parts.engine.decide(shown, { choice, by: decision.by }, limitMs));
  return (await parts.conflicts.get(id)) ?? {};
}

/** A conflict can be read from its store a moment before the engine has the answer of the commit that stored it. */
async function waitingConflict({ engine, conflicts, clock }: DecisionParts, id: string): Promise<ConflictRecord> {
  for (const until = clock.now() + limitMs; ; await clock.sleep(lookAgainMs)) {
    const [shown] = await engine.pending(id);
    if (shown !== undefined) return shown;
    const known = await conflicts.get(id);
    if (known === null) throw new IsthmusError('not_found', { message: 'There is no conflict by that id.' });
    if (known['state'] !== 'pending')
      throw new IsthmusError('conflict_moved', {
        message: `The conflict is ${String(known['state'])} already: nothing is left to decide.`,
        remedy: 'See how it was decided, and by whom: `isthmus conflicts show ID`.',
      });
    if (clock.now() >= until)
      throw new IsthmusError('transient', {
        message: 'The conflict waits, but this process has not taken it up yet.',
        remedy: 'Decide again; if it stays so, look at the status of the sync.',
      });
  }
}

export async function decideAll({ engine, entities }: DecisionParts, choice: DecisionForAll): Promise<DecisionCounts> {
  mustRun(engine);
  const { use, table, kind, by } = choice;
  const pending = await engine.pending();
  const waiting = pending.filter(
    (one) => (table === undefined || one.entity === table) && (kind === undefined || one.kind === kind),
  );
  const fit = waiting.filter((one) => unfit(entities.get(one.entity), one, use) === null);
  const counts = { decided: 0, moved: 0, refused: waiting.length - fit.length, unknown: 0 };
  for (const some of slices(fit, together)) {
    const outcomes = await Promise.all(some.map((one) => engine.decide(one, { choice: { use }, by }, limitMs)));
    for (const outcome of outcomes) counts[outcome.kind]++;
  }
  return counts;
}

function mustRun(engine: Pick<SyncEngine, 'status'>): void {
  const { state } = engine.status();
  if (state !== 'running' && state !== 'loading')
    throw new IsthmusError('not_running', { message: `The sync is ${state}, so nothing can be decided now.` });
}

function choiceOf({ entities }: DecisionParts, shown: ConflictRecord, { use, value }: ConflictDecision): Choice {
  const entity = entities.get(shown.entity);
  if (use !== 'value') {
    const reason = unfit(entity, shown, use);
    if (reason !== null) throw new IsthmusError('decision_refused', { message: reason });
    return { use };
  }
  // Null would delete the record on both sides: that must be said, not left out.
  if (value === undefined)
    throw new IsthmusError('request_invalid', {
      message: 'The value is missing.',
      remedy: 'Give the whole record as value; null stands for no record.',
    });
  if (entity === undefined)
    throw new IsthmusError('decision_refused', { message: `${shown.entity} is no longer synced.` });
  const found = stateOfPlain(entity, shown.key, value);
  if (!found.ok) throw new IsthmusError('decision_refused', { message: found.reason });
  return { use, state: found.state };
}

/** Why a version cannot stand on both sides, as far as that can be told before it is written; null: it may. */
function unfit(entity: Entity | undefined, shown: ConflictRecord, use: 'sql' | 'mongodb' | 'base'): string | null {
  if (use === 'base' && shown.base === null)
    return 'There is no ancestor, since both sides inserted the record: base would delete it on both. Choose a side, or give the value null.';
  const empty = entity && wronglyNull(entity, use === 'base' ? shown.base : shown[use].state);
  return empty ? `Field ${empty} is null in that version, and its column must not be.` : null;
}

function tell(outcome: DecisionOutcome): void {
  if (outcome.kind === 'moved')
    throw new IsthmusError('conflict_moved', { message: 'A side changed the record before the decision was written.' });
  if (outcome.kind === 'refused') throw new IsthmusError('decision_refused', { message: outcome.reason });
  if (outcome.kind === 'unknown')
    throw new IsthmusError('transient', {
      message: 'The decision was not written in time; look at the conflict to see whether it was after all.',
      remedy: 'Look at the conflict again; if it still waits, decide again.',
    });
}
