/**
 * Finds what a target refuses by halving the batch down to the record (rule 9), so that one bad record never stops others.
 * Must not know why a target refuses, but for the one reason that the order of operations can cure.
 */
import type { RecordId } from '../model/record.js';
import type { Plan, TargetRefusal } from '../ports/side-store.js';
import type { LaneOutcome, LaneRequest, LaneWriter } from './lane-writer.js';

/** What to do with a record that the plan would write. */
export type Share = (id: RecordId) => 'write' | 'hold' | 'ignore';

export interface Attempt {
  readonly share: Share;
  /** Write each change by itself, in the order of the log. */
  readonly ordered: boolean;
  readonly rehearse: boolean;
}

export interface Isolated<P extends Plan> {
  readonly outcome: Exclude<LaneOutcome<P>, { kind: 'refused' }>;
  readonly refused: ReadonlyMap<RecordId, TargetRefusal>;
}

/** Commits what `build` asks for; records that the target refuses are found, held by the plan, and named in the answer. */
export async function commitIsolated<P extends Plan>(
  lane: LaneWriter,
  ids: readonly RecordId[],
  build: (attempt: Attempt) => LaneRequest<P>,
): Promise<Isolated<P>> {
  const refused = new Map<RecordId, TargetRefusal>();
  const again = (attempt: Attempt): LaneRequest<P> => ({ ...build(attempt), repeated: true });
  let outcome = await lane.commit(build({ share: () => 'write', ordered: false, rehearse: false }));
  if (outcome.kind === 'refused' && outcome.refusal.code === 'unique_violation') {
    outcome = await lane.commit(again({ share: () => 'write', ordered: true, rehearse: false }));
  }
  while (outcome.kind === 'refused') {
    const rest = ids.filter((id) => !refused.has(id));
    const before = refused.size;
    await findRefused(lane, { rest, refused, build: again });
    // Alone each passed, together they do not: give up the rest, so that this ends. They are held and tried again.
    if (refused.size === before) for (const id of rest) refused.set(id, outcome.refusal);
    outcome = await lane.commit(
      again({ share: (id) => (refused.has(id) ? 'hold' : 'write'), ordered: true, rehearse: false }),
    );
    if (outcome.kind === 'refused' && refused.size === ids.length) {
      throw new Error(`the target refuses a transaction without records: ${outcome.refusal.code}`);
    }
  }
  return { outcome, refused };
}

interface Search<P extends Plan> {
  readonly rest: readonly RecordId[];
  readonly refused: Map<RecordId, TargetRefusal>;
  readonly build: (attempt: Attempt) => LaneRequest<P>;
}

/** Grows a set that passes, by halves; what makes it fail alone is refused. */
async function findRefused<P extends Plan>(lane: LaneWriter, search: Search<P>): Promise<void> {
  const good = new Set<RecordId>();
  const halves: (readonly RecordId[])[] = [search.rest];
  while (halves.length > 0) {
    const some = halves.pop() as readonly RecordId[];
    if (some.length === 0) continue;
    const trial = new Set([...good, ...some]);
    const outcome = await lane.commit(
      search.build({ share: (id) => (trial.has(id) ? 'write' : 'ignore'), ordered: true, rehearse: true }),
    );
    if (outcome.kind !== 'refused') for (const id of some) good.add(id);
    else if (some.length === 1) search.refused.set(some[0] as RecordId, outcome.refusal);
    else {
      const middle = some.length >> 1;
      halves.push(some.slice(middle), some.slice(0, middle));
    }
  }
}
