/** A record of which both sides' tips are known, on its way through a settlement. Data only. */
import type { Settlement } from '../model/conflict.js';
import type { RecordId, State } from '../model/record.js';
import type { Side } from '../model/side.js';
import type { HeldRow } from '../ports/side-store.js';

export interface Candidate {
  readonly id: RecordId;
  readonly held: Readonly<Record<Side, HeldRow | undefined>>;
  readonly base: State;
  readonly tips: Readonly<Record<Side, State>>;
}

/** A candidate whose sides were seen at their tips, with the decision. */
export interface Settling {
  readonly id: RecordId;
  readonly candidate: Candidate;
  readonly settlement: Settlement;
}
