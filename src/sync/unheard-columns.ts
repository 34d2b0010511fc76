/**
 * What a record is settled on while one side has not heard yet what some columns hold on the other: new ones (rule 10), and
 * those that the other side filled on its own where we wrote nothing (rule 4). There, an empty field is nobody's wish. As if
 * the columns had always been there, so that no strategy takes them from the side that has them. Pure.
 */
import { parseRecordId, type RecordRef, type State, sameState, type Value } from '../model/record.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { Candidate } from './candidate.js';
import { indexesOf, newColumnsOf } from './new-columns.js';
import type { Session } from './session.js';

export type Stand = Pick<Candidate, 'base' | 'tips'>;

/** Null: there is nothing that a side has not heard of. */
export function standAsIfHeard(session: Session, candidate: Candidate): Stand | null {
  if (session.parts.options.disabledRules.has('unheard')) return null;
  for (const from of sides) {
    const unheard = unheardFrom(session, candidate, from);
    if (unheard !== null) return heard(candidate, from, unheard);
  }
  return null;
}

/** The side that alone has changed the record, but for its new columns; null: both have. */
export function changedAlone({ base, tips }: Stand): Side | null {
  return sides.find((side) => sameState(base, tips[otherSide(side)])) ?? null;
}

/** By index into the state; null: what stands there may be somebody's wish. */
type Unheard = ReadonlyMap<number, Value>;

function heard({ base, tips }: Candidate, from: Side, unheard: Unheard): Stand | null {
  const [told, empty] = [tips[from], tips[otherSide(from)]];
  if (told === null) return null;
  const all = [...unheard.keys()];
  const filled = all.filter((index) => unheard.get(index) !== null);
  // Who deleted the record, or gave the column a value, has not answered what somebody may have written there.
  const unanswered = empty === null ? [] : all.filter((index) => empty[index] === null);
  const value = (index: number): Value => unheard.get(index) ?? told[index] ?? null;
  return {
    base: filledAt(base, [...filled, ...unanswered], value),
    tips: { [from]: told, [otherSide(from)]: filledAt(empty, all, value) } as Record<Side, State>,
  };
}

/** With values where there are none. */
function filledAt(state: State, indexes: readonly number[], value: (index: number) => Value): State {
  return state?.map((own, index) => (indexes.includes(index) ? (own ?? value(index)) : own)) ?? null;
}

/** Columns that `from` has and of which the other side may not have heard; null: none. */
function unheardFrom(session: Session, { id, held, tips }: Candidate, from: Side): Unheard | null {
  const ref = parseRecordId(id);
  const unheard = new Map<number, Value>();
  const note = (index: number, filled: Value): void => {
    unheard.set(index, filled ?? (from === 'sql' ? defaultOf(session, ref, { index, state: tips.sql }) : null));
  };
  for (const index of loadedColumns(session, ref, from)) note(index, null);
  for (const [column, filled] of held[from]?.added ?? [])
    for (const index of indexesOf(session, ref.entity, [column])) note(index, filled);
  return unheard.size > 0 ? unheard : null;
}

/** What stands in a new column, if it is what every row got when the column was added; null: somebody may have written it. */
function defaultOf(session: Session, ref: RecordRef, { index, state }: { index: number; state: State }): Value {
  if (session.parts.options.disabledRules.has('filled')) return null;
  const { addedWith } = session.parts.entities.get(ref.entity)?.fields[index] ?? {};
  return addedWith !== undefined && state?.[index] === addedWith ? addedWith : null;
}

/** Of an open load from that side that has not reached the record. */
function loadedColumns(session: Session, ref: RecordRef, from: Side): readonly number[] {
  const columns = session.links[from].loads.get(ref.entity)?.row.columns;
  return (columns && newColumnsOf(session, ref)) ?? [];
}
