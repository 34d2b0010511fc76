/**
 * A side's records in memory with row locks and versions, a unique field, and a trigger: what a server does to a write
 * on its own. Must not know who writes.
 */
import type { Change } from '../../model/change.js';
import { type RecordId, type RecordRef, recordId, type State, sameState } from '../../model/record.js';
import type { TargetRefusal } from '../../ports/side-store.js';

/** What a side does on its own when a record is written. */
export interface TableRules {
  /** The index of a field whose value no two records may share; null: none. */
  readonly unique: number | null;
  /** What really stands there after `after` was written. */
  readonly trigger: ((ref: RecordRef, after: State) => State) | null;
  /** A record that is deleted together with this one. */
  readonly cascade: ((ref: RecordRef) => RecordRef | null) | null;
  /** What no record may be, as by a check constraint; null: anything. */
  readonly refuses: ((after: State) => boolean) | null;
  /** Whether an update that changes nothing stands in the log. */
  readonly idleEvents: boolean;
}

export const plainTable: TableRules = {
  unique: null,
  trigger: null,
  cascade: null,
  refuses: null,
  idleEvents: false,
};

export interface TableWrite extends RecordRef {
  readonly after: State;
}

export type Rehearsed = { readonly changes: readonly Change[] } | { readonly refusal: TargetRefusal };

export class MemoryTable {
  private readonly rows = new Map<RecordId, { readonly ref: RecordRef; readonly state: State }>();
  private readonly versions = new Map<RecordId, number>();
  private readonly locks = new Map<RecordId, object>();
  private version = 0;
  /** Field → what stands there where nothing is written. */
  private readonly defaults = new Map<number, string>();

  constructor(private readonly rules: TableRules) {}

  get(ref: RecordRef): State {
    return this.rows.get(recordId(ref))?.state ?? null;
  }

  /** Committed records of an entity in key order. */
  scan(entity: string): { readonly key: string; readonly state: State }[] {
    const found: { key: string; state: State }[] = [];
    for (const { ref, state } of this.rows.values())
      if (ref.entity === entity && state !== null) found.push({ key: ref.key, state });
    return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  ids(): RecordId[] {
    return [...this.rows.keys()];
  }

  /** The moment of a snapshot. */
  get snapshot(): number {
    return this.version;
  }

  changedSince(id: RecordId, snapshot: number): boolean {
    return (this.versions.get(id) ?? 0) > snapshot;
  }

  isFree(ids: readonly RecordId[], owner: object | null): boolean {
    return ids.every((id) => {
      const holder = this.locks.get(id);
      return holder === undefined || holder === owner;
    });
  }

  get isUnlocked(): boolean {
    return this.locks.size === 0;
  }

  lock(ids: readonly RecordId[], owner: object): void {
    for (const id of ids) this.locks.set(id, owner);
  }

  unlock(owner: object): void {
    for (const [id, holder] of this.locks) if (holder === owner) this.locks.delete(id);
  }

  /** What the writes would do, one after the other as a server does them; nothing is changed. */
  rehearse(writes: readonly TableWrite[]): Rehearsed {
    const seen = new Map<RecordId, { readonly ref: RecordRef; readonly state: State }>();
    const changes: Change[] = [];
    const queue = [...writes];
    for (let write = queue.shift(); write !== undefined; write = queue.shift()) {
      const ref = { entity: write.entity, key: write.key };
      const id = recordId(ref);
      const before = seen.has(id) ? (seen.get(id)?.state ?? null) : this.get(ref);
      const filled = this.filled(write.after);
      const after = this.rules.trigger === null || filled === null ? filled : this.rules.trigger(ref, filled);
      if (sameState(before, after) && (after === null || !this.rules.idleEvents)) continue;
      if (this.violates(ref, after, seen)) return { refusal: { code: 'unique_violation', reason: 'unique field' } };
      if (this.rules.refuses?.(after)) return { refusal: { code: 'check_violation', reason: 'check' } };
      seen.set(id, { ref, state: after });
      changes.push({ ...ref, before, after });
      const child = after === null ? (this.rules.cascade?.(ref) ?? null) : null;
      if (child !== null) queue.unshift({ ...child, after: null });
    }
    return { changes };
  }

  /** Whether it may make something else of what is written. */
  get mayDeviate(): boolean {
    return this.rules.trigger !== null || this.defaults.size > 0;
  }

  /** From now on the field must not be empty. */
  setDefault(index: number, value: string): void {
    this.defaults.set(index, value);
  }

  private filled(state: State): State {
    return this.defaults.size === 0 ? state : (state?.map((old, at) => old ?? this.defaults.get(at) ?? null) ?? null);
  }

  /** As a default does that comes with a new column: no log tells of it. */
  fillColumn(index: number, value: string): void {
    for (const [id, { ref, state }] of this.rows)
      this.rows.set(id, { ref, state: state?.map((old, at) => (at === index ? value : old)) ?? null });
  }

  /** Makes changes visible. */
  apply(changes: readonly Change[]): void {
    this.version++;
    for (const { entity, key, after } of changes) {
      const id = recordId({ entity, key });
      this.rows.set(id, { ref: { entity, key }, state: after });
      this.versions.set(id, this.version);
    }
  }

  private violates(
    ref: RecordRef,
    after: State,
    seen: ReadonlyMap<RecordId, { readonly ref: RecordRef; readonly state: State }>,
  ): boolean {
    const { unique } = this.rules;
    const value = unique === null ? null : (after?.[unique] ?? null);
    if (unique === null || value === null) return false;
    const own = recordId(ref);
    const clashes = (id: RecordId, state: State): boolean => id !== own && state !== null && state[unique] === value;
    for (const [id, { ref: other, state }] of seen) if (other.entity === ref.entity && clashes(id, state)) return true;
    for (const [id, { ref: other, state }] of this.rows)
      if (other.entity === ref.entity && !seen.has(id) && clashes(id, state)) return true;
    return false;
  }
}
