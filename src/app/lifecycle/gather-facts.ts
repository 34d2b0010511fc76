/** Gathers what the checklist of a step looks at. Must not know any limit. */
import type { Clock } from '../../base/clock.js';
import type { Config } from '../../config/schema.js';
import type { Facts } from '../../lifecycle/evidence.js';
import { sides } from '../../model/side.js';
import type { ComparedReads } from '../../ports/share-board.js';
import type { SyncEngine } from '../../sync/engine.js';
import { type Comparisons, isWhole, type KnownComparison } from './comparisons.js';
import type { Migration } from './migration.js';
import type { PassiveWrites } from './passive-writes.js';

export interface FactsOf {
  readonly config: Config;
  readonly tables: readonly string[];
  readonly clock: Clock;
  readonly engine: SyncEngine;
  readonly migration: Migration;
  readonly passive: PassiveWrites;
  readonly comparisons: Comparisons;
  readonly reads: () => ComparedReads;
}

/** Among so many comparisons, newest first, one of all records is looked for. */
const comparisonsSeen = 50;
const listLimitMs = 2000;

export async function gatherFacts(
  { config, tables, clock, engine, migration, passive, comparisons, reads }: FactsOf,
  level: Pick<Facts, 'rollbackLevel' | 'needsApproval'>,
): Promise<Facts> {
  const status = engine.status();
  const { state } = migration;
  const now = clock.now();
  const found = (await known(comparisons, clock)).find(
    (one) => one.state === 'done' && isWhole(one, tables) && one.startedAt !== null,
  );
  const loaded = (entity: string): boolean => {
    const load = status.entities.find((one) => one.entity === entity)?.load ?? null;
    return load === null ? config.initial === 'none' : load.state === 'done';
  };
  return {
    now,
    since: state.since,
    working: ['running', 'loading', 'idle'].includes(status.state) && engine.broken === null,
    unloaded: tables.filter((table) => !loaded(table)),
    stoppedTables: status.entities.filter(({ stopped }) => stopped !== null).map(({ entity }) => entity),
    lagMs: Math.max(...sides.map((side) => status.links[side].lagMs)),
    pendingConflicts: status.conflictsPending,
    deadLetters: status.deadLetters,
    comparison: found
      ? {
          startedAt: Date.parse(found.startedAt ?? ''),
          compared: found.compared,
          different: Math.max(0, found.different - found.repaired),
        }
      : null,
    // What is not saved yet was noticed within the last moments.
    passiveAt: passive.any ? now : state.passive.at,
    reads: reads(),
    ...level,
  };
}

/** Where the server that keeps them is away the phase is shown all the same: without a comparison there is no step forward. */
async function known(comparisons: Comparisons, clock: Clock): Promise<readonly KnownComparison[]> {
  const limit = new AbortController();
  const late = clock.sleep(listLimitMs, limit.signal).then(() => []);
  const listed = comparisons.list(comparisonsSeen).catch(() => []);
  const found = await Promise.race([listed, late]);
  limit.abort();
  return found;
}
