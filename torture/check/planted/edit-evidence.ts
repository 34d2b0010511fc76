/** Evidence that can be spoilt: a copy that is written to. Must not know what is planted. */
import type { Side } from '../../../src/model/side.js';
import type { Evidence } from '../../evidence.js';
import type { Values } from '../../history.js';
import type { OpenConflict } from './model-record.js';

export interface OpenEvidence
  extends Omit<Evidence, 'final' | 'conflicts' | 'deadLetters' | 'events' | 'quietEvents' | 'gaps'> {
  readonly final: Readonly<Record<Side, Map<string, Map<string, Values>>>>;
  conflicts: OpenConflict[];
  deadLetters: Evidence['deadLetters'];
  readonly events: Readonly<Record<Side, Map<string, Map<string, number>>>>;
  quietEvents: Record<Side, number>;
  progress: Evidence['progress'];
  gaps: Evidence['gaps'];
}

export function opened(evidence: Evidence): OpenEvidence {
  return {
    ...evidence,
    final: { sql: copied(evidence.final.sql), mongodb: copied(evidence.final.mongodb) },
    conflicts: evidence.conflicts.map((one) => ({ ...one })),
    events: { sql: copied(evidence.events.sql), mongodb: copied(evidence.events.mongodb) },
    quietEvents: { ...evidence.quietEvents },
  };
}

function copied<T>(tables: ReadonlyMap<string, ReadonlyMap<string, T>>): Map<string, Map<string, T>> {
  return new Map([...tables].map(([table, records]) => [table, new Map(records)]));
}

/** Changes a record on the sides that are named; false: it is not there. */
export function alter(
  evidence: OpenEvidence,
  record: { readonly table: string; readonly key: string; readonly on: readonly Side[] },
  change: (values: Values) => Values | null,
): boolean {
  let met = false;
  for (const side of record.on) {
    const records = evidence.final[side].get(record.table);
    const values = records?.get(record.key);
    if (values === undefined) continue;
    met = true;
    const changed = change(values);
    if (changed === null) records?.delete(record.key);
    else records?.set(record.key, changed);
  }
  return met;
}
