/**
 * What another policy would have decided of the stored conflicts; `lww` by the clocks' skew of now, since the former one is
 * not on record. Changes nothing. Must not know where policies come from.
 */
import { Breath } from '../../base/breath.js';
import type { Clock } from '../../base/clock.js';
import { plainValue } from '../../conflict/plain-value.js';
import type { Decision, Resolve } from '../../conflict/resolve.js';
import { type ConflictKind, type ConflictRecord, ruleOf } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import { type State, sameState } from '../../model/record.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
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
  /** Plain data; undefined where the record is absent, or nothing was decided. */
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
  /** Those that would have another value, or that the sides differ in if nothing was decided; empty if a person would be asked. */
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
  /** Whether older ones were left out, for the limit or for the time that it takes. */
  readonly more: boolean;
  /** The newest that are not the same. */
  readonly differences: readonly ReplayDifference[];
}

export interface ReplayParts {
  readonly conflicts: Pick<ConflictStore, 'records'>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly resolve: Resolve;
  readonly unfit: readonly Unfit[];
  readonly clock: Clock;
}

const pageSize = 100;
const longestMs = 60_000;
/** What is beyond is counted only. */
const maxDifferences = 200;

type Outcome = 'same' | 'different' | 'wouldWait' | 'wouldDecide';

export async function replayConflicts(parts: ReplayParts, request: ReplayRequest): Promise<ReplayReport> {
  const tally = new Tally(parts.entities);
  const unfit = new Set(parts.unfit.map(({ table }) => table));
  // Merging long texts takes its time: the sync, which runs in the same process, must not wait for it, nor the caller for ever.
  const breath = new Breath(parts.clock);
  const until = parts.clock.now() + longestMs;
  for await (const conflict of newest(parts.conflicts, request)) {
    if (tally.seen >= request.limit || parts.clock.now() > until) {
      tally.more = true;
      break;
    }
    await breath.take();
    if (unfit.has(conflict.entity)) tally.skip(conflict);
    else tally.add(conflict, await parts.resolve(conflict));
  }
  const asked = parts.unfit.filter(({ table }) => request.table === undefined || request.table === table);
  return { strategy: request.strategy, ...tally.report(), unfit: asked };
}

class Tally {
  more = false;
  private readonly counts = { replayed: 0, same: 0, different: 0, wouldWait: 0, wouldDecide: 0, skipped: 0 };
  private readonly differences: ReplayDifference[] = [];
  private oldest: number | null = null;

  constructor(private readonly entities: ReadonlyMap<string, Entity>) {}

  get seen(): number {
    return this.counts.replayed + this.counts.skipped;
  }

  skip(conflict: ConflictRecord): void {
    this.counts.skipped++;
    this.oldest = conflict.createdAt;
  }

  add(conflict: ConflictRecord, decision: Decision): void {
    const outcome = compare(conflict, decision);
    this.counts.replayed++;
    this.counts[outcome]++;
    this.oldest = conflict.createdAt;
    const entity = this.entities.get(conflict.entity);
    if (outcome !== 'same' && entity !== undefined && this.differences.length < maxDifferences)
      this.differences.push(difference(entity, conflict, decision));
  }

  report(): Omit<ReplayReport, 'strategy' | 'unfit'> {
    const oldest = this.oldest === null ? null : new Date(this.oldest).toISOString();
    return { ...this.counts, oldest, more: this.more, differences: this.differences };
  }
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

function compare(conflict: ConflictRecord, decision: Decision): Outcome {
  if (hasNoDecision(conflict)) return decision.decided ? 'wouldDecide' : 'same';
  if (!decision.decided) return 'wouldWait';
  return sameState(decision.state, conflict.decision) ? 'same' : 'different';
}

function difference(entity: Entity, conflict: ConflictRecord, decision: Decision): ReplayDifference {
  const { id, entity: table, key, kind, createdAt, resolution, strategy, resolvedBy } = conflict;
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
    fields: decision.decided ? changedFields(entity, conflict, decision) : [],
  };
}

function changedFields(
  entity: Entity,
  conflict: ConflictRecord,
  decision: Decision & { readonly decided: true },
): ReplayedField[] {
  const would = decision.state;
  const waited = hasNoDecision(conflict);
  const was = waited ? null : conflict.decision;
  const [one, other] = waited ? [conflict.sql.state, conflict.mongodb.state] : [was, would];
  return entity.fields.flatMap(({ field, type }, index) => {
    if (one !== null && other !== null && one[index] === other[index]) return [];
    const plain = (state: State): unknown => (state === null ? undefined : plainValue(type, state[index] ?? null));
    return [{ field, was: plain(was), would: plain(would), rule: ruleOf(decision.fields, field) }];
  });
}
