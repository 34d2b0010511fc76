/** Which of a settlement's writes tell how long a change took from side to side. Pure. */
import type { Settlement } from '../model/conflict.js';
import { type RecordId, recordId } from '../model/record.js';
import type { Side } from '../model/side.js';
import type { RecordWrite } from '../ports/side-store.js';

/** The time of a person's thinking is not the sync's: only what the policy decided counts. */
export function heldCommits(
  writes: readonly RecordWrite[],
  settlements: readonly Settlement[],
  source: Side,
): readonly number[] {
  const times = new Map<RecordId, number>();
  for (const settlement of settlements) {
    if (settlement.type !== 'conflict' || settlement.resolvedBy !== 'policy') continue;
    const { time } = settlement[source];
    if (typeof time === 'number') times.set(recordId(settlement), time);
  }
  return writes.flatMap((write) => times.get(recordId(write)) ?? []);
}
