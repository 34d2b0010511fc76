/**
 * The record of conflicts, dead letters, loads and stopped entities (`sync_metadata` in MongoDB). Settlements are written by
 * `SideStore.commit`; here is everything that need not be atomic with a write. All calls are idempotent.
 */
import type {
  ConflictKind,
  ConflictRecord,
  ConflictState,
  DeadLetter,
  Discard,
  Settlement,
} from '../model/conflict.js';
import type { RecordRef } from '../model/record.js';
import type { Side } from '../model/side.js';

export interface LoadRow {
  readonly entity: string;
  readonly from: Side;
  /** Tells one load of an entity from the next one. */
  readonly id: string;
  /** Only these columns are new, all else was in step before; null: whole records are loaded. */
  readonly columns: readonly string[] | null;
  readonly state: 'open' | 'done';
  readonly rows: number;
  readonly total: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Of the life that answers for it. */
  readonly epoch: number;
}

export interface StopRow {
  readonly entity: string;
  readonly side: Side;
  readonly reason: string;
  readonly at: number;
}

/** Which columns of an entity are kept in step (its fields, without the key). */
export interface MappingRow {
  readonly entity: string;
  readonly columns: readonly string[];
}

/** What a new process needs to go on. Conflicts are without their raw versions: there may be very many. */
export interface OpenWork {
  /** Settlements whose second half may be missing, oldest first. */
  readonly propagating: readonly Settlement[];
  /** Dead letters that were given up, whose second half may be missing. */
  readonly discards: readonly Discard[];
  readonly pending: readonly ConflictRecord[];
  readonly deadLetters: readonly DeadLetter[];
  readonly loads: readonly LoadRow[];
  readonly stops: readonly StopRow[];
  /** Of every entity that was ever followed. */
  readonly mappings: readonly MappingRow[];
}

export interface ConflictFilter {
  readonly state?: ConflictState;
  readonly table?: string;
  readonly kind?: ConflictKind;
  /** At most this many, newest first. */
  readonly limit: number;
  /** As returned by the page before. */
  readonly cursor?: string;
}

export interface ConflictPage {
  /** In the stored form of `interface.md`, as JSON (extended JSON where JSON has no such value). */
  readonly conflicts: readonly Readonly<Record<string, unknown>>[];
  readonly cursor: string | null;
}

/** Conflicts ever, in groups: the stored ones and those that retention has removed since. */
export interface ConflictGroup {
  readonly table: string;
  readonly kind: ConflictKind;
  readonly strategy: string;
  readonly total: number;
  /** Of these, the ones that wait for a person now. */
  readonly pending: number;
  /** Of these, the ones that were decided, or closed by themselves, without a person. */
  readonly automatic: number;
  /** Of these, the ones that are over, and how long they took together, from being found to being written on both sides. */
  readonly resolved: number;
  readonly resolutionMs: number;
}

export interface ConflictCounts {
  /** Ordered by table, kind and strategy. */
  readonly groups: readonly ConflictGroup[];
  /** Found at or after the moment that was asked for; of removed ones to the hour. */
  readonly recent: number;
}

/** `resolvedBy` of conflicts that no person decided. */
export const automaticDeciders: readonly string[] = ['policy', 'agreement'];

export interface RecordFilter {
  readonly table?: string;
  /** Together with `table`: as it is encoded. */
  readonly key?: string;
  /** Found at or after this, milliseconds since 1970. */
  readonly since?: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface RecordPage {
  /** Without the raw versions. Those of tables that are no longer mapped are left out: a page may have fewer than `limit`. */
  readonly conflicts: readonly ConflictRecord[];
  readonly cursor: string | null;
}

/** What retention takes away; pending and propagating conflicts always stay. */
export interface ExpiryBounds {
  /** Conflicts that ended before this go: by their end, since one may have waited for a person for longer than it is kept. */
  readonly conflictsBefore: number;
  /** Finished agreements found before this go: nothing needs them any more. */
  readonly agreementsBefore: number;
  /** At most this many of each. */
  readonly limit: number;
  readonly now: number;
}

export interface ConflictStore {
  openWork(): Promise<OpenWork>;
  /** Those that wait for a person, without their raw versions; with `id` that one, if it does. */
  pending(id?: string): Promise<readonly ConflictRecord[]>;
  /** Inserts or replaces, by id; a pending conflict has one document however often it changes. */
  savePending(conflicts: readonly ConflictRecord[]): Promise<void>;
  /** Ends settlements (conflicts and agreements) and discards of which both halves are written. */
  finish(
    ids: readonly string[],
    end: { readonly state: 'resolved' | 'superseded'; readonly at: number },
  ): Promise<void>;
  /** Those that are open, oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Those that were given up, newest first. */
  discards(limit: number): Promise<readonly Discard[]>;
  /** Inserts or replaces, by id; what was given up stays so. */
  saveDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  /** They crossed. */
  removeDeadLetters(records: readonly (RecordRef & { readonly id: string })[]): Promise<void>;
  /**
   * One row an entity. A load that is done stays so, and one that a later epoch answers for stays as it is: what a process says
   * that was paused and succeeded is left out.
   */
  saveLoad(load: LoadRow): Promise<void>;
  saveMapping(mapping: MappingRow): Promise<void>;
  saveStop(stop: StopRow): Promise<void>;
  removeStop(entity: string): Promise<void>;
  list(filter: ConflictFilter): Promise<ConflictPage>;
  /** Null: no such conflict. */
  get(id: string): Promise<Readonly<Record<string, unknown>> | null>;
  /** Conflicts in the engine's own form, newest first. */
  records(filter: RecordFilter): Promise<RecordPage>;
  /** Counted once each, whatever retention removes meanwhile; `since` is for `recent`. */
  counts(since: number): Promise<ConflictCounts>;
  /** When the newest finished conflict ended that has at least `most` after it; null: there are no more than `most`. */
  timeBeyond(most: number): Promise<number | null>;
  /** Removes a few of what is finished and keeps it in `counts`; returns how many. Call it until there are none. */
  expire(bounds: ExpiryBounds): Promise<number>;
}
