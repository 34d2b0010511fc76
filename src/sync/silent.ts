/**
 * Finds out where a side stands whose log is silent about a record (rule 3): its state is read, then a mark is written into
 * its log; if the mark is read before any news of the record, from either side, that state is the side's tip.
 */
import type { RecordId, State } from '../model/record.js';
import type { Side } from '../model/side.js';
import type { HeldRow } from '../ports/side-store.js';

interface Question {
  readonly side: Side;
  readonly mark: string;
  /** Undefined until it was read. */
  state: State | undefined;
  /** What the other link held when it was asked: still the same object means no news. */
  readonly held: HeldRow;
  answered: boolean;
}

export class Silent {
  private readonly questions = new Map<RecordId, Question>();
  private readonly byMark = new Map<string, RecordId[]>();

  constructor(private readonly answered: (id: RecordId) => void) {}

  /** Under the records' locks, before their state is read. */
  ask(mark: string, side: Side, records: readonly { readonly id: RecordId; readonly held: HeldRow }[]): void {
    for (const { id, held } of records) this.questions.set(id, { side, mark, state: undefined, held, answered: false });
    this.byMark.set(
      mark,
      records.map(({ id }) => id),
    );
  }

  /** What the side showed; before the mark is written. */
  tell(id: RecordId, state: State): void {
    const question = this.questions.get(id);
    if (question) question.state = state;
  }

  /** A link read something of the record. */
  news(id: RecordId): void {
    if (this.questions.size > 0) this.questions.delete(id);
  }

  get idle(): boolean {
    return this.questions.size === 0;
  }

  /** A link read a mark. */
  markRead(mark: string): void {
    const ids = this.byMark.get(mark);
    if (ids === undefined) return;
    this.byMark.delete(mark);
    for (const id of ids) {
      const question = this.questions.get(id);
      if (question?.mark === mark) question.answered = true;
      this.answered(id);
    }
  }

  isAsking(id: RecordId): boolean {
    const question = this.questions.get(id);
    return question !== undefined && !question.answered;
  }

  /** The silent side's tip, once, if there was no news since; undefined: ask (again). */
  take(id: RecordId, side: Side, held: HeldRow): { readonly state: State } | undefined {
    const question = this.questions.get(id);
    if (question === undefined || !question.answered) return undefined;
    this.questions.delete(id);
    return question.side === side && question.held === held && question.state !== undefined
      ? { state: question.state }
      : undefined;
  }
}
