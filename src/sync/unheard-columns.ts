/**
 * What a record is settled on while one side has not heard yet what its new columns hold (rule 10): there, an empty field is
 * nobody's wish. As if the columns had always been there, so that no strategy takes them from the side that has them. Pure.
 */
import { parseRecordId, type State, sameState } from '../model/record.js';
import { otherSide, type Side, sides } from '../model/side.js';
import type { Candidate } from './candidate.js';
import { indexesOf, keepingColumns, type NewColumns, newColumnsOf } from './new-columns.js';
import type { Session } from './session.js';

export type Stand = Pick<Candidate, 'base' | 'tips'>;

/** Null: there is nothing that a side has not heard of. */
export function standAsIfHeard(session: Session, candidate: Candidate): Stand | null {
  const { base, tips } = candidate;
  if (session.parts.options.disabledRules.has('unheard')) return null;
  for (const from of sides) {
    const columns = unheardFrom(session, candidate, from);
    const to = otherSide(from);
    const [told, empty] = [tips[from], tips[to]];
    if (columns === null || told === null || empty === null) continue;
    const heard = keepingColumns(empty, told, columns);
    const filled = columns.filter((index) => empty[index] === null);
    return { base: keepingColumns(base, told, filled), tips: { [from]: told, [to]: heard } as Record<Side, State> };
  }
  return null;
}

/** The side that alone has changed the record, but for its new columns; null: both have. */
export function changedAlone({ base, tips }: Stand): Side | null {
  return sides.find((side) => sameState(base, tips[otherSide(side)])) ?? null;
}

/** Columns that `from` has and of which the other side may not have heard. */
function unheardFrom(session: Session, { id, held }: Candidate, from: Side): NewColumns | null {
  const ref = parseRecordId(id);
  const row = session.links[from].loads.get(ref.entity)?.row;
  const open = row?.columns ? newColumnsOf(session, ref) : null;
  const added = indexesOf(session, ref.entity, held[from]?.added ?? []);
  const columns = [...new Set([...(open ?? []), ...added])];
  return columns.length > 0 ? columns : null;
}
