/**
 * What of a load (rule 8) is done: the frontier up to which an entity's records count as loaded, chunks beyond it, and
 * single records that something else brought over. Bookkeeping only; the reading of chunks is `loader.ts`.
 */

import { parseRecordId, type RecordId, type RecordRef, recordId, type State } from '../model/record.js';
import type { Side } from '../model/side.js';
import type { LoadRow } from '../ports/conflict-store.js';
import type { ChunkRange } from '../ports/side-store.js';

/** A chunk on its way: its first mark is written, then its rows are read, then its second mark is written. */
export interface Chunk {
  readonly load: string;
  readonly range: ChunkRange;
  rows: readonly { readonly key: string; readonly state: State }[];
  /** Key → what the log told between the marks, newest: in place of the row, where only columns are loaded. */
  readonly newer: Map<string, State>;
  /** Resolves the loader's wait once the rows were handled. */
  readonly handled: () => void;
}

/** What a lane stores of an open load. */
export interface SavedLoad {
  readonly id: string;
  readonly frontier: string | null;
  readonly finished: boolean;
  readonly chunks: readonly (readonly [string | null, string | null])[];
  readonly keys: readonly RecordId[];
}

type Compare = (a: string, b: string) => number;

export class Load {
  /** Records up to this key count as loaded; null: none yet. */
  private frontier: string | null = null;
  private finished = false;
  private chunks: (readonly [string | null, string | null])[] = [];
  private readonly keys = new Set<RecordId>();
  /** Keys that the target lacked once all that its log told by then was handled; null: it lacked all. */
  private lacking: Set<string> | null = new Set();
  rows: number;

  constructor(
    readonly row: LoadRow,
    private readonly compare: Compare,
    saved: readonly SavedLoad[],
  ) {
    this.rows = row.rows;
    for (const one of saved) {
      if (one.id !== row.id) continue;
      if (one.frontier !== null && (this.frontier === null || compare(one.frontier, this.frontier) > 0))
        this.frontier = one.frontier;
      this.finished ||= one.finished;
      this.chunks.push(...one.chunks);
      for (const key of one.keys) this.keys.add(key);
    }
    this.join();
  }

  /** Where the next chunk begins after a restart. */
  get resumeAfter(): string | null {
    return this.frontier;
  }

  get complete(): boolean {
    return this.finished;
  }

  covers(range: ChunkRange, key: string): boolean {
    return (
      (range.after === null || this.compare(key, range.after) > 0) &&
      (range.upTo === null || this.compare(key, range.upTo) <= 0)
    );
  }

  isLoaded(ref: RecordRef): boolean {
    if (this.finished || (this.frontier !== null && this.compare(ref.key, this.frontier) <= 0)) return true;
    if (this.keys.has(recordId(ref))) return true;
    return this.chunks.some(([after, upTo]) => this.covers({ entity: ref.entity, after, upTo }, ref.key));
  }

  /** Whether the target's lack of a record is no deletion that is still to be read there. */
  isLacking(key: string): boolean {
    return this.lacking === null || this.lacking.has(key);
  }

  /** Null: the target has no record at all. */
  noteLacking(keys: readonly string[] | null): void {
    if (keys === null) this.lacking = null;
    for (const key of keys ?? []) this.lacking?.add(key);
  }

  markLoaded(ref: RecordRef): void {
    if (!this.isLoaded(ref)) this.keys.add(recordId(ref));
  }

  finishChunk(range: ChunkRange): void {
    this.chunks.push([range.after, range.upTo]);
    for (const key of this.lacking ?? []) if (this.covers(range, key)) this.lacking?.delete(key);
    this.join();
  }

  /** What a transaction that finishes `range` and brings `loaded` stores. */
  toSave(range?: ChunkRange, loaded: readonly RecordRef[] = []): SavedLoad {
    return {
      id: this.row.id,
      frontier: this.frontier,
      finished: this.finished,
      chunks: range ? [...this.chunks, [range.after, range.upTo]] : this.chunks,
      keys: [...this.keys, ...loaded.filter((ref) => !this.isLoaded(ref)).map(recordId)],
    };
  }

  private join(): void {
    for (let moved = true; moved && !this.finished; ) {
      const next = this.chunks.find(
        ([after, upTo]) =>
          (after === null || (this.frontier !== null && this.compare(after, this.frontier) <= 0)) &&
          (upTo === null || this.frontier === null || this.compare(upTo, this.frontier) > 0),
      );
      moved = next !== undefined;
      if (!next) break;
      if (next[1] === null) this.finished = true;
      else this.frontier = next[1];
    }
    this.chunks = this.finished
      ? []
      : this.chunks.filter(
          ([, upTo]) => upTo === null || this.frontier === null || this.compare(upTo, this.frontier) > 0,
        );
    for (const id of this.keys) {
      const { key } = parseRecordId(id);
      if (this.finished || (this.frontier !== null && this.compare(key, this.frontier) <= 0)) this.keys.delete(id);
    }
  }
}

/** The open loads of one link, by entity. */
export class Loads {
  private readonly open = new Map<string, Load>();
  /** Loads that ended in this life. */
  private readonly ended = new Map<string, LoadRow>();

  constructor(readonly from: Side) {}

  add(load: Load): void {
    this.open.set(load.row.entity, load);
  }

  end(row: LoadRow): void {
    this.open.delete(row.entity);
    this.ended.set(row.entity, row);
  }

  /** How a load that ended in this life ended. */
  endOf(entity: string): LoadRow | undefined {
    return this.ended.get(entity);
  }

  get(entity: string): Load | undefined {
    return this.open.get(entity);
  }

  get all(): readonly Load[] {
    return [...this.open.values()];
  }

  /** What a lane stores: the position, and how far the open loads are with what this transaction brings them on. */
  toSave(position: unknown, of: { readonly loaded?: readonly RecordRef[]; readonly chunk?: Chunk | null }): unknown {
    if (this.open.size === 0) return { position };
    const loads = this.all.map((load) => {
      const mine = of.chunk?.load === load.row.id ? of.chunk.range : undefined;
      return load.toSave(
        mine,
        (of.loaded ?? []).filter((ref) => ref.entity === load.row.entity),
      );
    });
    return { position, loads };
  }

  /** Whether a chunk of an open load has the record. */
  covers(range: ChunkRange, ref: RecordRef): boolean {
    return range.entity === ref.entity && (this.open.get(ref.entity)?.covers(range, ref.key) ?? false);
  }

  /** Whether the record as a whole has yet to be loaded. */
  isUnloaded(ref: RecordRef): boolean {
    const load = this.open.get(ref.entity);
    return load !== undefined && load.row.columns === null && !load.isLoaded(ref);
  }

  markLoaded(ref: RecordRef): void {
    this.open.get(ref.entity)?.markLoaded(ref);
  }
}
