/**
 * The record of conflicts, dead letters, loads and stopped entities (`sync_metadata` in MongoDB). Settlements are written by
 * `SideStore.commit`; here is everything that need not be atomic with a write. All calls are idempotent.
 */
import type { ConflictKind, ConflictRecord, ConflictState, DeadLetter, Settlement } from '../model/conflict.js';
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

/** What a new process needs to go on. */
export interface OpenWork {
  /** Settlements whose second half may be missing, oldest first. */
  readonly propagating: readonly Settlement[];
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

export interface ConflictStore {
  openWork(): Promise<OpenWork>;
  /** Inserts or replaces, by id; a pending conflict has one document however often it changes. */
  savePending(conflicts: readonly ConflictRecord[]): Promise<void>;
  /** Ends settlements (conflicts and agreements) and pending conflicts. */
  finish(
    ids: readonly string[],
    end: { readonly state: 'resolved' | 'superseded'; readonly at: number; readonly by?: string },
  ): Promise<void>;
  saveDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  removeDeadLetters(records: readonly (RecordRef & { readonly id: string })[]): Promise<void>;
  /** One row an entity. A load that is done stays so: what a paused process says of it later is left out. */
  saveLoad(load: LoadRow): Promise<void>;
  saveMapping(mapping: MappingRow): Promise<void>;
  saveStop(stop: StopRow): Promise<void>;
  removeStop(entity: string): Promise<void>;
  list(filter: ConflictFilter): Promise<ConflictPage>;
  /** Null: no such conflict. */
  get(id: string): Promise<Readonly<Record<string, unknown>> | null>;
  /** Conflicts ever, by kind. */
  totals(): Promise<{
    readonly total: number;
    readonly pending: number;
    readonly byKind: Readonly<Record<ConflictKind, number>>;
  }>;
}
