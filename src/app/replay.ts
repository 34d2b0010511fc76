/**
 * What another policy would have decided of the stored conflicts; `lww` by the clocks' skew of now, since the former one is
 * not on record. Changes nothing. Must not know where policies come from.
 */
import { plainValue } from '../conflict/plain-value.js';
import type { Decision, Resolve } from '../conflict/resolve.js';
import type { ConflictKind, ConflictRecord } from '../model/conflict.js';
import type { Entity } from '../model/entity.js';
import { type State, sameState } from '../model/record.js';
import type { ConflictStore } from '../ports/conflict-store.js';
import { shownKey } from './record-key.js';
import type { ReplayStrategy, Unfit } from './replay-policies.js';

export interface ReplayRequest {
  readonly strategy: ReplayStrategy;
  /** Found at or after this, milliseconds since 1970. */
  readonly since?: number;
  readonly table?: string;
  /** The newest so many are looked at. */
  readonly limit: number;
}

export interface ReplayedField {
  readonly field: string;
  /** Plain data; undefined where the record is absent. */
  readonly was?: unknown;
  readonly would?: unknown;
  /** The rule that would have decided it; null: the strategy takes the record as a whole, or nobody was asked. */
  readonly rule: string | null;
}

export interface ReplayDifference {
  readonly conflictId: string;
  readonly table: string;
  readonly key: unknown;
  readonly kind: ConflictKind;
  readonly foundAt: string;
  readonly was: { readonly resolution: string; readonly strategy: string; readonly by: string | null };
  readonly would: { readonly resolution: string; readonly strategy: string; readonly reason: string | null };
  /** Those that would have another value; empty where one of the two is no decision. */
  readonly fields: readonly ReplayedField[];
}

export interface ReplayReport {
  readonly strategy: ReplayStrategy;
  readonly replayed: number;
  /** Decided the same, or left to a person both times. */
  readonly same: number;
  readonly different: number;
  /** Was decided, and would have waited for a person. */
  readonly wouldWait: number;
  /** Waited for a person, and would have been decided. */
  readonly wouldDecide: number;
  /** Of tables that the strategy does not fit. */
  readonly skipped: number;
  readonly unfit: readonly Unfit[];
  /** When the oldest conflict that was looked at was found; null: there was none. */
  readonly oldest: string | null;
  /** Whether older ones were left out for the limit. */
  readonly more: boolean;
  /** The newest that are not the same. */
  readonly differences: readonly ReplayDifference[];
}

export interface ReplayParts {
  readonly conflicts: Pick<ConflictStore, 'records'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly resolve: Resolve;
  readonly unfit: readonly Unfit[];
}

const pageSize = 100;
/** What is beyond is counted only. */
const maxDifferences = 200;

type Outcome = 'same' | 'different' | 'wouldWait' | 'wouldDecide';

export async function replayConflicts(parts: ReplayParts, request: ReplayRequest): Promise<ReplayReport> {
  const counts: Record<Outcome | 'replayed' | 'skipped', number> = {
    replayed: 0,
    same: 0,
    different: 0,
    wouldWait: 0,
    wouldDecide: 0,
    skipped: 0,
  };
  const differences: ReplayDifference[] = [];
  const unfit = new Set(parts.unfit.map(({ table }) => table));
  let oldest: number | null = null;
  let more = false;
  for await (const conflict of newest(parts.conflicts, request)) {
    if (counts.replayed + counts.skipped >= request.limit) {
      more = true;
      break;
    }
    oldest = conflict.createdAt;
    if (unfit.has(conflict.entity)) {
      counts.skipped++;
      continue;
    }
    const decision = await parts.resolve(conflict);
    const outcome = compare(conflict, decision);
    counts.replayed++;
    counts[outcome]++;
    const entity = parts.entities.get(conflict.entity);
    if (outcome !== 'same' && entity !== undefined && differences.length < maxDifferences)
      differences.push(difference(entity, conflict, decision));
  }
  const asked = parts.unfit.filter(({ table }) => request.table === undefined || request.table === table);
  return {
    strategy: request.strategy,
    ...counts,
    unfit: asked,
    oldest: oldest === null ? null : new Date(oldest).toISOString(),
    more,
    differences,
  };
}

async function* newest(
  conflicts: Pick<ConflictStore, 'records'>,
  { since, table }: ReplayRequest,
): AsyncGenerator<ConflictRecord> {
  const filter = { ...(since === undefined ? {} : { since }), ...(table === undefined ? {} : { table }) };
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await conflicts.records({ ...filter, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.conflicts;
    cursor = page.cursor;
  }
}

/** Nobody's decision: it waits, or both sides came to agree meanwhile. */
function hasNoDecision({ resolution }: ConflictRecord): boolean {
  return resolution === 'pending';
}

export function compare(conflict: ConflictRecord, decision: Decision): Outcome {
  if (hasNoDecision(conflict)) return decision.decided ? 'wouldDecide' : 'same';
  if (!decision.decided) return 'wouldWait';
  return sameState(decision.state, conflict.decision) ? 'same' : 'different';
}

function difference(entity: Entity, conflict: ConflictRecord, decision: Decision): ReplayDifference {
  const { id, entity: table, key, kind, createdAt, resolution, strategy, resolvedBy } = conflict;
  const both = decision.decided && !hasNoDecision(conflict);
  return {
    conflictId: id,
    table,
    key: shownKey(entity, key),
    kind,
    foundAt: new Date(createdAt).toISOString(),
    was: { resolution, strategy, by: resolvedBy },
    would: decision.decided
      ? { resolution: decision.resolution, strategy: decision.strategy, reason: null }
      : { resolution: 'pending', strategy: decision.strategy, reason: decision.reason },
    fields: both ? changedFields(entity, conflict.decision, decision) : [],
  };
}

function changedFields(entity: Entity, was: State, decision: Decision & { readonly decided: true }): ReplayedField[] {
  const would = decision.state;
  return entity.fields.flatMap(({ field, type }, index) => {
    if (was !== null && would !== null && was[index] === would[index]) return [];
    const plain = (state: State): unknown => (state === null ? undefined : plainValue(type, state[index] ?? null));
    return [{ field, was: plain(was), would: plain(would), rule: decision.fields[field] ?? null }];
  });
}
