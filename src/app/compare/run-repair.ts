/**
 * Repairs the differences that a comparison keeps: examines them again, and has the engine settle what still differs. What is
 * done is stored group by group, so that it can be taken up after a crash. Must not know who asked.
 */
import type { Clock } from '../../base/clock.js';
import { type RecordId, recordId } from '../../model/record.js';
import type { ComparisonStore, DifferenceRow, DifferenceState, RepairUse } from '../../ports/comparison-store.js';
import type { Engine } from '../../sync/engine.js';
import type { Verdict } from '../../sync/examine.js';
import type { Difference, RepairOutcome } from '../../sync/repair.js';
import { patient } from './suspects.js';

export interface RepairParts {
  readonly engine: Pick<Engine, 'examine' | 'repair'>;
  readonly store: Pick<ComparisonStore, 'differences' | 'saveDifferences'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of those that were repaired, when that is stored. */
  readonly repaired: (table: string) => void;
}

export interface RepairWork {
  readonly id: string;
  readonly use: RepairUse;
  readonly by: string;
}

/** Together in one examination, which takes as long as both logs take to be read up to its marks. */
const group = 500;
const roundsMost = 10;
const pauseMs = 200;

/** Each round takes those that are done out of the list of open ones, and leaves what moves to the next one. */
export async function runRepair(parts: RepairParts, work: RepairWork): Promise<void> {
  const { clock, signal } = parts;
  for (let round = 1; !signal.aborted; round++) {
    if (!(await repairOpen(parts, work, round >= roundsMost))) return;
    await clock.sleep(pauseMs, signal);
  }
}

/** Once through those that are open; false: there was none. */
async function repairOpen(parts: RepairParts, work: RepairWork, last: boolean): Promise<boolean> {
  const { engine, store, clock, signal } = parts;
  let any = false;
  for (let after: string | null | undefined; after !== null && !signal.aborted; ) {
    const page = await store.differences(work.id, {
      limit: group,
      state: 'open',
      ...(after === undefined ? {} : { cursor: after }),
    });
    const open = page.differences;
    if (open.length === 0) break;
    any = true;
    const verdicts = await patient(() => engine.examine(open.map(refOf)));
    // Paused, or between two lives: nothing was seen.
    if (verdicts === null) await clock.sleep(pauseMs, signal);
    else {
      await repairRound(parts, work, { open, verdicts, last });
      after = page.cursor;
    }
  }
  return any;
}

interface Round {
  readonly open: readonly DifferenceRow[];
  readonly verdicts: ReadonlyMap<RecordId, Verdict>;
  /** What moves now is left as it is. */
  readonly last: boolean;
}

/** What is neither done nor settled stays open. */
async function repairRound(parts: RepairParts, work: RepairWork, { open, verdicts, last }: Round): Promise<void> {
  const done: DifferenceRow[] = [];
  const differing: { readonly row: DifferenceRow; readonly difference: Difference }[] = [];
  for (const row of open) {
    const id = recordId(refOf(row));
    const verdict = verdicts.get(id) ?? { kind: 'moving' };
    if (verdict.kind === 'differs') differing.push({ row, difference: { id, states: verdict.states } });
    else if (verdict.kind !== 'moving' || last) done.push({ ...row, state: stateOf(row, verdict) });
  }
  await keep(parts, work, done);
  if (differing.length === 0) return;
  await parts.store.saveDifferences(
    work.id,
    differing.map(({ row }) => ({ ...row, attempted: true })),
  );
  const outcomes = await patient(() =>
    parts.engine.repair(
      differing.map(({ difference }) => difference),
      work,
    ),
  );
  const settled: DifferenceRow[] = [];
  for (const { row, difference } of differing) {
    const outcome = outcomes?.get(difference.id) ?? { kind: 'unknown' };
    if (outcome.kind === 'unknown') continue;
    // Nothing was written: if it is equal at the next look, that was none of ours.
    if (outcome.kind === 'moved' && !last) settled.push({ ...row, attempted: false });
    else settled.push(withOutcome(row, outcome));
  }
  await keep(parts, work, settled);
}

async function keep(
  { store, repaired }: RepairParts,
  { id }: RepairWork,
  rows: readonly DifferenceRow[],
): Promise<void> {
  await store.saveDifferences(id, rows);
  for (const { table, state } of rows) if (state === 'repaired') repaired(table);
}

/** Found equal after a repair was begun whose answer is not known: it was that repair. */
function stateOf({ attempted }: DifferenceRow, verdict: Verdict): DifferenceState {
  if (verdict.kind === 'waits') return 'pending';
  return verdict.kind === 'equal' && attempted ? 'repaired' : 'moved';
}

function withOutcome(row: DifferenceRow, outcome: Exclude<RepairOutcome, { kind: 'unknown' }>): DifferenceRow {
  const reason = outcome.kind === 'refused' ? outcome.reason : null;
  return { ...row, state: outcome.kind, reason };
}

function refOf({ table, key }: DifferenceRow): { readonly entity: string; readonly key: string } {
  return { entity: table, key };
}
