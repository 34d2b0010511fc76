/**
 * What keeps held records from crossing: a target's refusal, a conflict that waits for a person. Kept beside what is held,
 * closed when the record is no longer held.
 */
import type { ConflictRecord, DeadLetter } from '../model/conflict.js';
import { type RecordId, recordId } from '../model/record.js';
import type { Side } from '../model/side.js';
import type { HeldRow, TargetRefusal } from '../ports/side-store.js';

/** The strategy of conflicts that were made of differences, for people to look at. */
export const reviewStrategy = 'review';

export interface Refused {
  /** The link whose write was refused, by its source. */
  readonly source: Side;
  readonly refusal: TargetRefusal;
  /** It was the record's settlement, which is made again, and not the link's own write. */
  readonly settling: boolean;
  /** What was refused; another tip is tried at once. */
  readonly held: HeldRow;
  readonly attempts: number;
  /** Not tried again before, by our clock. */
  readonly nextAt: number;
}

export class Trouble {
  private readonly refusals = new Map<RecordId, Refused>();
  private readonly pending = new Map<RecordId, ConflictRecord>();
  private readonly letters = new Map<RecordId, DeadLetter>();
  /** Differences that people shall look at, until their conflicts are stored. */
  private readonly reviewed = new Set<RecordId>();

  constructor(stored: { readonly pending: readonly ConflictRecord[]; readonly deadLetters: readonly DeadLetter[] }) {
    for (const conflict of stored.pending) this.pending.set(recordId(conflict), conflict);
    for (const letter of stored.deadLetters) this.letters.set(recordId(letter), letter);
  }

  refuse(
    id: RecordId,
    refused: Omit<Refused, 'attempts' | 'nextAt'>,
    timing: { readonly now: number; readonly pauses: (attempts: number) => number },
  ): Refused {
    const attempts = (this.refusals.get(id)?.attempts ?? 0) + 1;
    const entry = { ...refused, attempts, nextAt: timing.now + timing.pauses(attempts) };
    this.refusals.set(id, entry);
    return entry;
  }

  /** The refusal that stands for exactly this held state. */
  refusalOf(id: RecordId, source: Side, held: HeldRow): Refused | undefined {
    const refused = this.refusals.get(id);
    return refused?.source === source && refused.held === held ? refused : undefined;
  }

  /** The pause after a refusal is over. Answers the refusal: another one is a newer one. */
  tryAtOnce(id: RecordId): Refused | undefined {
    const refused = this.refusals.get(id);
    if (refused === undefined) return undefined;
    const entry = { ...refused, nextAt: 0 };
    this.refusals.set(id, entry);
    return entry;
  }

  /** The newest refusal of the record, of whatever version. */
  lastRefusal(id: RecordId): Refused | undefined {
    return this.refusals.get(id);
  }

  conflictOf(id: RecordId): ConflictRecord | undefined {
    return this.pending.get(id);
  }

  /** Without the whole rows and documents, which only the stored record needs: very many may wait. */
  setConflict(id: RecordId, { sql, mongodb, ...rest }: ConflictRecord): void {
    this.pending.set(id, { ...rest, sql: { ...sql, raw: null }, mongodb: { ...mongodb, raw: null } });
  }

  /** It was decided and stored as such: what comes of the record later is another conflict, with a name of its own. */
  decided(id: RecordId): void {
    this.pending.delete(id);
  }

  /** What these records' next settlement finds is left to people, whatever the policy says; `end` takes that back. */
  review(ids: readonly RecordId[]): { readonly end: () => void } {
    for (const id of ids) this.reviewed.add(id);
    return {
      end: () => {
        for (const id of ids) this.reviewed.delete(id);
      },
    };
  }

  /** People look at it: neither a policy decides, nor is what one side lacks written there. */
  isForReview(id: RecordId): boolean {
    return this.reviewed.has(id) || this.pending.get(id)?.strategy === reviewStrategy;
  }

  letterOf(id: RecordId): DeadLetter | undefined {
    return this.letters.get(id);
  }

  setLetter(id: RecordId, letter: DeadLetter): void {
    this.letters.set(id, letter);
  }

  has(id: RecordId): boolean {
    return this.pending.has(id) || this.letters.has(id) || this.refusals.has(id);
  }

  /** The record crossed: what was open about it, to be closed in the store too. */
  clear(id: RecordId): { readonly conflict: ConflictRecord | undefined; readonly letter: DeadLetter | undefined } {
    const open = { conflict: this.pending.get(id), letter: this.letters.get(id) };
    this.refusals.delete(id);
    this.pending.delete(id);
    this.letters.delete(id);
    return open;
  }

  /** Those that wait for a person. */
  conflicts(): IterableIterator<ConflictRecord> {
    return this.pending.values();
  }

  deadLetters(): IterableIterator<DeadLetter> {
    return this.letters.values();
  }

  get pendingCount(): number {
    return this.pending.size;
  }

  get letterCount(): number {
    return this.letters.size;
  }

  ids(): ReadonlySet<RecordId> {
    return new Set([...this.pending.keys(), ...this.letters.keys()]);
  }
}
