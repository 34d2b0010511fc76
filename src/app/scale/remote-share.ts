/** A share that another process has, or nobody at the moment: what is asked of it goes by the mailbox. Must not know who answers. */
import { IsthmusError } from '../../base/errors.js';
import { slices } from '../../base/slices.js';
import type { ConflictRecord, DeadLetter } from '../../model/conflict.js';
import { type RecordId, type RecordRef, recordId } from '../../model/record.js';
import type { Side } from '../../model/side.js';
import type { Mailbox } from '../../ports/mailbox.js';
import type { DecisionOutcome, PersonDecision } from '../../sync/decisions.js';
import type { Verdict } from '../../sync/examine.js';
import type { LetterOutcome, LetterWish } from '../../sync/letter-requests.js';
import type { Difference, RepairChoice, RepairOutcome } from '../../sync/repair.js';
import { encodeQuestion, readAnswer, type ShareQuestion, type ShareWork } from './share-questions.js';

export interface RemoteShareParts {
  readonly share: number;
  readonly mailbox: Mailbox;
  readonly shape: string;
}

/** What the engine has its own limit for may come this much later. */
const graceMs = 1_500;
/** Both links have to come to what is written now. */
const examineMs = 60_000;
const loadMs = 15_000;
/** Records in one question: their states come with the answer. */
const together = 200;

export class RemoteShare implements ShareWork {
  constructor(private readonly parts: RemoteShareParts) {}

  async load(entity: string, from: Side): Promise<void> {
    const answer = await this.ask<undefined>({ ask: 'load', entity, from }, loadMs);
    if (answer === null)
      throw new IsthmusError('not_running', {
        message: `No worker answered for partition ${this.parts.share}: whether it loads ${entity} is not known.`,
        remedy: 'See in `isthmus status` that each partition has a worker, then order the load again.',
      });
  }

  async decide(shown: ConflictRecord, decision: PersonDecision, limitMs: number): Promise<DecisionOutcome> {
    const question = { ask: 'decide', shown, decision, limitMs } as const;
    return (await this.ask<DecisionOutcome>(question, limitMs + graceMs))?.value ?? { kind: 'unknown' };
  }

  async askAboutLetter(shown: DeadLetter, wish: LetterWish, limitMs: number): Promise<LetterOutcome> {
    const question = { ask: 'letter', shown, wish, limitMs } as const;
    return (await this.ask<LetterOutcome>(question, limitMs + graceMs))?.value ?? { kind: 'unknown' };
  }

  async examine(refs: readonly RecordRef[]): Promise<ReadonlyMap<RecordId, Verdict>> {
    const verdicts = new Map<RecordId, Verdict>(refs.map((ref) => [recordId(ref), { kind: 'moving' }]));
    for (const some of slices(refs, together)) {
      const answer = await this.ask<[RecordId, Verdict][]>({ ask: 'examine', refs: some }, examineMs);
      for (const [id, verdict] of answer?.value ?? []) verdicts.set(id, verdict);
    }
    return verdicts;
  }

  async repair(
    differences: readonly Difference[],
    choice: RepairChoice,
  ): Promise<ReadonlyMap<RecordId, RepairOutcome>> {
    const outcomes = new Map<RecordId, RepairOutcome>(differences.map(({ id }) => [id, { kind: 'unknown' }]));
    for (const some of slices(differences, together)) {
      const question = { ask: 'repair', differences: some, choice } as const;
      const answer = await this.ask<[RecordId, RepairOutcome][]>(question, examineMs);
      for (const [id, outcome] of answer?.value ?? []) outcomes.set(id, outcome);
    }
    return outcomes;
  }

  async settled(limitMs: number): Promise<boolean> {
    return (await this.ask<boolean>({ ask: 'settled', limitMs }, limitMs + graceMs))?.value ?? false;
  }

  /** Null: nobody answered in time. */
  private async ask<T>(question: ShareQuestion, limitMs: number): Promise<{ readonly value: T } | null> {
    const { mailbox, shape, share } = this.parts;
    const text = await mailbox.ask(share, encodeQuestion(shape, question), limitMs);
    return text === null ? null : { value: readAnswer<T>(text) };
  }
}
