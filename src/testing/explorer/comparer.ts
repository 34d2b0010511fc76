/**
 * Somebody who compares and repairs while all is moving, and once more at rest. Knows, as the engine does not, which records
 * really differed from before the sync, so that a false alarm is seen, and one that is missed.
 */
import { type RecordId, type RecordRef, recordId, sameState } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { Engine } from '../../sync/engine.js';
import type { Verdict } from '../../sync/examine.js';
import type { Difference, RepairOutcome } from '../../sync/repair.js';
import type { MemoryConflicts } from '../memory/memory-conflicts.js';
import type { MemorySide } from '../memory/memory-side.js';
import type { Random } from '../random.js';
import type { Process } from './process.js';
import type { Scenario } from './scenario.js';

interface Repair {
  /** Nobody else has this name. */
  readonly by: string;
  readonly id: RecordId;
  readonly use: 'sql' | 'mongodb' | 'policy' | 'queue';
  /** Null: whoever was asked did not live to answer. */
  outcome: RepairOutcome | null;
}

/** What there is to be compared, and where what is wrong is told. */
interface Compared {
  readonly random: Random;
  readonly sides: Readonly<Record<Side, MemorySide>>;
  readonly refs: readonly RecordRef[];
  readonly problems: string[];
  readonly conflicts: MemoryConflicts;
  readonly options: { readonly scenario: Scenario };
}

const roundsMost = 12;

export class Comparer {
  readonly repairs: Repair[] = [];
  /** Differences from before the sync that have stood ever since. */
  private readonly standing = new Set<RecordId>();
  private planted = 0;
  private rounds = 0;
  private askedAtRest = false;
  private settledAtRest = false;

  constructor(private readonly world: Compared) {}

  /** After the sides were filled. */
  begin(): void {
    for (const ref of this.world.refs) if (this.differs(ref)) this.standing.add(recordId(ref));
    this.planted = this.standing.size;
  }

  /** How often ours may write without a user's write. */
  get writesMost(): number {
    return 2 * (this.planted + this.repairs.length);
  }

  /** After a commit. */
  look(): void {
    // Where old values come back, a change and its way back are none, and the difference has stood all the while.
    if (this.world.options.scenario.aba) return;
    for (const ref of this.world.refs) if (!this.differs(ref)) this.standing.delete(recordId(ref));
  }

  private differs(ref: RecordRef): boolean {
    const { sql, mongodb } = this.world.sides;
    return !sameState(sql.table.get(ref), mongodb.table.get(ref));
  }

  disturb(newest: Process | undefined, zombie: Process | null, probability: number): void {
    const { random, refs, options } = this.world;
    if (!options.scenario.planted) return;
    const process = random.chance(0.9) ? newest : zombie;
    if (!process?.running || !process.started || !random.chance(probability)) return;
    const some = refs.filter(() => random.chance(0.6));
    if (some.length > 0) void this.compare(process.engine, some, random.chance(0.3)).catch(() => {});
  }

  /** All is still: what differs must be found, all of it, and is repaired. False: nothing is left to do. */
  atRest(engine: Engine): boolean {
    if (!this.world.options.scenario.planted || this.settledAtRest) return false;
    if (this.askedAtRest) return true;
    if (++this.rounds > roundsMost) {
      this.world.problems.push('a comparison at rest does not end');
      return false;
    }
    this.askedAtRest = true;
    const over = (): void => {
      this.askedAtRest = false;
    };
    void this.lastLook(engine).then(over, over);
    return true;
  }

  private async lastLook(engine: Engine): Promise<void> {
    const { refs, conflicts, problems } = this.world;
    const found = await this.compare(engine, refs, true);
    if ([...found.values()].some(({ kind }) => kind === 'moving')) return;
    for (const ref of refs) {
      const { kind } = found.get(recordId(ref)) as Verdict;
      if (kind === 'waits' && !conflicts.waiting().has(recordId(ref))) problems.push(`${ref.key} is said to wait`);
    }
    this.settledAtRest = [...found.values()].every(({ kind }) => kind !== 'differs');
    if (this.settledAtRest)
      for (const ref of refs)
        if (found.get(recordId(ref))?.kind === 'equal' && this.differs(ref)) problems.push(`missed ${ref.key}`);
  }

  private async compare(
    engine: Engine,
    refs: readonly RecordRef[],
    repairs: boolean,
  ): Promise<ReadonlyMap<RecordId, Verdict>> {
    const stood = new Set(this.standing);
    const found = await engine.examine(refs);
    const differences: Difference[] = [];
    for (const [id, verdict] of found) {
      if (verdict.kind !== 'differs') continue;
      if (!stood.has(id)) this.world.problems.push(`false alarm: ${id} ${JSON.stringify(verdict.states)}`);
      differences.push({ id, states: verdict.states });
    }
    if (repairs && differences.length > 0) await this.repair(engine, differences);
    return found;
  }

  private async repair(engine: Engine, differences: readonly Difference[]): Promise<void> {
    const by = `repair:${this.repairs.length + 1}`;
    const use = this.world.random.pick(['sql', 'mongodb', 'policy', 'queue'] as const);
    const deeds = differences.map(({ id }): Repair => ({ by, id, use, outcome: null }));
    this.repairs.push(...deeds);
    const outcomes = await engine.repair(differences, { use, by });
    for (const deed of deeds) deed.outcome = outcomes.get(deed.id) ?? null;
  }

  /** What was said to be repaired is on record, once; what was not done is not. */
  check(): string[] {
    const { conflicts } = this.world;
    return this.repairs.flatMap(({ by, id, use, outcome }) => {
      const written = conflicts.conflicts.filter((one) => one.resolvedBy === by && recordId(one) === id).length;
      const done = outcome?.kind === 'repaired' && (use === 'sql' || use === 'mongodb');
      if (done && written !== 1) return [`${by} of ${id} is on record ${written} times`];
      const undone = outcome?.kind === 'moved' || outcome?.kind === 'refused';
      return undone && written > 0 ? [`${by} of ${id} was ${outcome.kind} and is on record`] : [];
    });
  }
}
