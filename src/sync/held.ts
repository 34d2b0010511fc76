/** What one link has read about records and could not write yet (rule 2), and which of it is stored on the link's target. */

import { type RecordId, type RecordRef, recordId, type State, sameState } from '../model/record.js';
import type { AddedColumn, HeldRow, LogSpan } from '../ports/side-store.js';

export class Held {
  /** Rows are replaced, never changed: the same object means that there was no news. */
  private readonly rows = new Map<RecordId, HeldRow>();
  private readonly stored = new Set<RecordId>();

  constructor(stored: readonly HeldRow[]) {
    for (const row of stored) {
      this.rows.set(recordId(row), row);
      this.stored.add(recordId(row));
    }
  }

  get(id: RecordId): HeldRow | undefined {
    return this.rows.get(id);
  }

  ids(): IterableIterator<RecordId> {
    return this.rows.keys();
  }

  entries(): IterableIterator<[RecordId, HeldRow]> {
    return this.rows.entries();
  }

  get size(): number {
    return this.rows.size;
  }

  /** After the row was stored in a committed transaction. */
  put(id: RecordId, row: HeldRow): void {
    this.rows.set(id, row);
    this.stored.add(id);
  }

  /** After the row was deleted in a committed transaction, or never stood there. */
  drop(id: RecordId): void {
    this.rows.delete(id);
    this.stored.delete(id);
  }

  /**
   * A write of the other link, which has seen what is held here. The stored row stays until this link's next
   * transaction on the record, at the latest when it reads the echo of that write; a crash before that finds it by the echo.
   */
  absorb(id: RecordId): void {
    this.rows.delete(id);
  }

  /** Whether a row stands in the database that memory no longer has. */
  isStale(id: RecordId): boolean {
    return this.stored.has(id) && !this.rows.has(id);
  }

  isStored(id: RecordId): boolean {
    return this.stored.has(id);
  }
}

/** The held row that follows from news of a record: the first base, the newest tip. */
export function heldWith(
  held: HeldRow | undefined,
  news: RecordRef & {
    readonly base: State;
    readonly tip: State;
    readonly time: HeldRow['time'];
    readonly span: LogSpan | null;
    readonly added?: HeldRow['added'];
  },
  now: { readonly number: number; readonly ms: number },
): HeldRow {
  return {
    entity: news.entity,
    key: news.key,
    base: held ? held.base : news.base,
    tip: news.tip,
    // What changes nothing is no later write.
    time: held && sameState(held.tip, news.tip) ? held.time : news.time,
    span: held && hasGuessedBase(held) ? null : spanning(held?.span ?? null, news.span),
    begun: held ? held.begun : now.number,
    since: held ? held.since : now.ms,
    ...((held?.added ?? news.added) && { added: addedColumns(held?.added ?? [], news.added ?? []) }),
  };
}

function addedColumns(earlier: readonly AddedColumn[], later: readonly AddedColumn[]): readonly AddedColumn[] {
  const columns = new Map(earlier);
  for (const [column, filled] of later) columns.set(column, columns.get(column) ?? filled);
  return [...columns];
}

/** Of a decision that is held: it stands in no log, and its base, though null, is known. Both logs' orders begin above it. */
export const ofDecision: LogSpan = { first: '0', last: '0' };

/** Null: it is not known from where on the log tells of what is held. */
export function spanOf(held: HeldRow | undefined): LogSpan | null {
  return held?.span && held.span.first !== ofDecision.first ? held.span : null;
}

/**
 * Whether no log told that the record was absent before: a load or a repair found it (rule 8). Its target may lack it because
 * somebody has deleted it there, of which its log is still to be read.
 */
export function hasGuessedBase({ base, span }: Pick<HeldRow, 'base' | 'span'>): boolean {
  return base === null && span === null;
}

function spanning(earlier: LogSpan | null, later: LogSpan | null): LogSpan | null {
  return earlier && later ? { first: earlier.first, last: later.last } : (later ?? earlier);
}
