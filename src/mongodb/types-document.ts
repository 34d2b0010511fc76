/** A record as a document for people to look at: conflict records, the API. Must not be used to write into a synced collection. */
import type { Document } from 'mongodb';
import type { Entity } from '../model/entity.js';
import type { RecordRef, State } from '../model/record.js';

/** Null for an absent record; refused values show their image. */
export function documentOf(entity: Entity, ref: RecordRef, state: State): Document | null {
  throw new Error(`not built yet: ${entity.name} ${ref.entity} ${String(state)}`);
}
