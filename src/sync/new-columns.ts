/**
 * Columns that were added to an entity that is in step (rule 10): until the load of such a column has reached a record, one
 * side may have a value there of which no log has told. Pure.
 */
import type { RecordRef, State } from '../model/record.js';
import type { Session } from './session.js';

/** Indexes into the state. */
export type NewColumns = readonly number[];

/** The columns of a record that its load has yet to bring over; null: none. */
export function newColumnsOf(session: Session, ref: RecordRef): NewColumns | null {
  const load = session.links.sql.loads.get(ref.entity) ?? session.links.mongodb.loads.get(ref.entity);
  if (!load?.row.columns || load.isLoaded(ref)) return null;
  return indexesOf(session, ref.entity, load.row.columns);
}

export function indexesOf(session: Session, entity: string, columns: readonly string[]): NewColumns {
  const fields = session.parts.entities.get(entity)?.fields ?? [];
  return columns.map((column) => fields.findIndex((field) => field.column === column)).filter((index) => index >= 0);
}

/** The state as it was before the columns were added. */
export function withoutColumns(state: State, columns: NewColumns): State {
  return state?.map((value, index) => (columns.includes(index) ? null : value)) ?? null;
}

/** `state` with the target's values where only the target has some in those columns. */
export function keepingColumns(state: State, target: State, columns: NewColumns): State {
  return state?.map((value, index) => (columns.includes(index) ? (value ?? target?.[index] ?? null) : value)) ?? null;
}
