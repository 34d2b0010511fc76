/** For tests: a conflict that waits for a person, as far as its test does not say otherwise. */
import type { ConflictRecord } from '../model/conflict.js';
import type { State } from '../model/record.js';

export const sideVersion = (state: State): ConflictRecord['sql'] => ({ state, raw: null, version: null, time: null });

export function pendingConflict(change: Partial<ConflictRecord> = {}): ConflictRecord {
  return {
    type: 'conflict',
    id: 'one',
    entity: 'public.t',
    key: 'a',
    kind: 'write_write',
    base: ['base'],
    sql: sideVersion(['sql']),
    mongodb: sideVersion(['mongodb']),
    resolution: 'pending',
    decision: null,
    strategy: 'manual',
    fields: {},
    reason: null,
    state: 'pending',
    createdAt: 0,
    resolvedAt: null,
    resolvedBy: null,
    ...change,
  };
}
