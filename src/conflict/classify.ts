/** Names the kind of a conflict from its three states. Pure. */
import type { ConflictKind } from '../model/conflict.js';
import type { State, Value } from '../model/record.js';
import { isRefused, readRefusal, refusedField } from '../model/refusal.js';

export interface ConflictStates {
  readonly key: string;
  readonly base: State;
  readonly sql: State;
  readonly mongodb: State;
}

export function classify(states: ConflictStates): ConflictKind {
  if (isRefused(states.key)) return readRefusal(states.key).kind;
  for (const state of [states.sql, states.mongodb]) {
    const at = refusedField(state);
    if (state !== null && at >= 0) return readRefusal(state[at] as Value & string).kind;
  }
  if (states.sql === null || states.mongodb === null) return 'delete_update';
  return states.base === null ? 'insert_insert' : 'write_write';
}
