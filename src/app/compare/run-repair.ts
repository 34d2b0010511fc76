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

const group = 100;
const roundsMost = 10;
const pauseMs = 200;

export async function runRepair(parts: RepairParts, work: RepairWork): Promise<void> {
  const { store, signal } = parts;
  // Each round takes them out of this list.
  while (!signal.aborted) {
    const { differences } = await store.differences(work.id, { limit: group, state: 'open' });
    if (differences.length === 0) return;
    await repairGroup(parts, work, differences);
  }
}

async function repairGroup(parts: RepairParts, work: RepairWork, rows: readonly DifferenceRow[]): Promise<void> {
  const { clock, signal } = parts;
  let open = rows.map((row) => ({ ...row }));
  for (let round = 0; open.length > 0 && !signal.aborted; ) {
    const verdicts = await patient(() => parts.engine.examine(open.map(refOf)));
    // Paused, or between two lives: no round, since nothing was seen.
    if (verdicts !== null) {
      const last = ++round >= roundsMost;
      open = await repairRound(parts, work, { open, verdicts, last });
    }
    if (open.length > 0) await clock.sleep(pauseMs, signal);
  }
}

interface Round {
  readonly open: readonly DifferenceRow[];
  readonly verdicts: ReadonlyMap<RecordId, Verdict>;
  /** What moves now is left as it is. */
  readonly last: boolean;
}

/** Answers those that are to be looked at again. */
async function repairRound(
  parts: RepairParts,
  work: RepairWork,
  { open, verdicts, last }: Round,
): Promise<DifferenceRow[]> {
  const done: DifferenceRow[] = [];
  const differing: { readonly row: DifferenceRow; readonly difference: Difference }[] = [];
  const again: DifferenceRow[] = [];
  for (const row of open) {
    const id = recordId(refOf(row));
    const verdict = verdicts.get(id) ?? { kind: 'moving' };
    if (verdict.kind === 'differs') differing.push({ row, difference: { id, states: verdict.states } });
    else if (verdict.kind === 'moving' && !last) again.push(row);
    else done.push({ ...row, state: stateOf(row, verdict) });
  }
  await keep(parts, work, done);
  if (differing.length === 0) return again;
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
  const moved: DifferenceRow[] = [];
  for (const { row, difference } of differing) {
    const outcome = outcomes?.get(difference.id) ?? { kind: 'unknown' };
    if (outcome.kind === 'unknown') again.push({ ...row, attempted: true });
    // Nothing was written: if it is equal at the next look, that was none of ours.
    else if (outcome.kind === 'moved' && !last) moved.push({ ...row, attempted: false });
    else settled.push(withOutcome(row, outcome));
  }
  await keep(parts, work, [...settled, ...moved]);
  return [...again, ...moved];
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
