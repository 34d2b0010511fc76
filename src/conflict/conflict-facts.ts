/** What is known of a conflict when it is decided. Types only. */
import type { ConflictKind, SideVersion } from '../model/conflict.js';
import type { RecordRef, State } from '../model/record.js';

export interface ConflictFacts extends RecordRef {
  readonly kind: ConflictKind;
  readonly base: State;
  readonly sql: SideVersion;
  readonly mongodb: SideVersion;
  readonly entity: string;
}
