/**
 * What people ask about dead letters: to try one at once, or to give it up. Each request is laid beside its record until the
 * record was looked at. Must not know who asks, nor write anything.
 */
import type { DeadLetter, Discard } from '../model/conflict.js';
import { type RecordId, recordId } from '../model/record.js';
import type { Refused, Trouble } from './trouble.js';

export type LetterWish = { readonly action: 'retry' } | { readonly action: 'discard'; readonly by: string };

export type LetterOutcome =
  | { readonly kind: 'crossed' }
  | { readonly kind: 'discarded' }
  /** The target refuses it still; of a discard: it cannot be given up, and nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Both sides have changed the record since: a conflict about it waits for a person. */
  | { readonly kind: 'conflict' }
  /** It is no longer open, or holds a newer change than the one that was shown. Nothing was written. */
  | { readonly kind: 'moved' }
  /** This life of the engine ended, or the time was up, before the outcome was known. */
  | { readonly kind: 'unknown' };

export interface DiscardRequest {
  readonly shown: DeadLetter;
  readonly by: string;
}

interface Asked {
  readonly shown: DeadLetter;
  readonly wish: LetterWish;
  /** The refusal that stood when it was asked. */
  readonly before: Refused | undefined;
  readonly answer: (outcome: LetterOutcome) => void;
}

export class LetterRequests {
  private readonly asked = new Map<RecordId, Asked>();

  /** When the life ends, what is not known by then will not be. */
  constructor(ended: AbortSignal) {
    ended.addEventListener('abort', () => {
      for (const { answer } of [...this.asked.values()]) answer({ kind: 'unknown' });
    });
  }

  /** Resolves when it is known what came of it; of two requests about one record the second has not seen the first. */
  ask(shown: DeadLetter, wish: LetterWish, before: Refused | undefined): Promise<LetterOutcome> {
    const id = recordId(shown);
    if (this.asked.has(id)) return Promise.resolve({ kind: 'moved' });
    return new Promise((resolve) => {
      const answer = (outcome: LetterOutcome): void => {
        this.asked.delete(id);
        resolve(outcome);
      };
      this.asked.set(id, { shown, wish, before, answer });
    });
  }

  discardOf(id: RecordId): DiscardRequest | undefined {
    const asked = this.asked.get(id);
    return asked?.wish.action === 'discard' ? { shown: asked.shown, by: asked.wish.by } : undefined;
  }

  /** After a look at the record: what came of trying it, if that can be told. */
  look(id: RecordId, trouble: Trouble): void {
    const asked = this.asked.get(id);
    if (asked?.wish.action !== 'retry') return;
    if (trouble.letterOf(id)?.id !== asked.shown.id) return asked.answer({ kind: 'crossed' });
    if (trouble.conflictOf(id) !== undefined) return asked.answer({ kind: 'conflict' });
    const refused = trouble.lastRefusal(id);
    if (refused !== undefined && refused !== asked.before)
      asked.answer({ kind: 'refused', reason: refused.refusal.reason });
  }

  /** A letter was given up, or could not be. Who asked something else since the first one's time was up has come too late. */
  answerDiscard({ entity, key, id, by }: Discard, outcome: LetterOutcome): void {
    const asked = this.asked.get(recordId({ entity, key }));
    const same = asked?.shown.id === id && asked.wish.action === 'discard' && asked.wish.by === by;
    asked?.answer(same ? outcome : { kind: 'moved' });
  }

  answer(id: RecordId, outcome: LetterOutcome): void {
    this.asked.get(id)?.answer(outcome);
  }
}
