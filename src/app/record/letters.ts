/** What people do about dead letters: try them again, give them up, look at those that were given up. */

import { IsthmusError } from '../../base/errors.js';
import { slices } from '../../base/slices.js';
import type { DeadLetter } from '../../model/conflict.js';
import type { Entity } from '../../model/entity.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { SyncEngine } from '../../sync/engine.js';
import type { LetterOutcome, LetterWish } from '../../sync/letter-requests.js';
import type { LetterAction, LetterAnswer, LetterCounts, LetterDesk, ShownDeadLetter } from '../sync.js';
import { showDeadLetter, showDiscard } from './show-dead-letter.js';

export interface LettersParts {
  readonly engine: SyncEngine;
  readonly conflicts: ConflictStore;
  readonly entities: ReadonlyMap<string, Entity>;
}

/** Most are tried within a tenth of a second; a silent side is asked first. */
const limitMs = 8_000;
/** So many are on their way at once. */
const together = 500;

export class Letters implements LetterDesk {
  constructor(private readonly parts: LettersParts) {}

  async answer(id: string, action: LetterAction, by: string): Promise<LetterAnswer> {
    mustRun(this.parts.engine);
    const letter = (await this.parts.engine.deadLetters()).find((one) => one.id === id);
    if (letter === undefined)
      throw new IsthmusError('not_found', { message: 'There is no open dead letter by that id.' });
    const outcome = await this.parts.engine.askAboutLetter(letter, wishOf(action, by), limitMs);
    if (outcome.kind === 'moved') throw new IsthmusError('letter_moved');
    if (outcome.kind === 'unknown')
      throw new IsthmusError('transient', {
        message: 'What came of it was not known in time.',
        remedy: 'Look at the dead letter again; if it is still listed, ask again.',
      });
    return { id, outcome: outcome.kind, reason: outcome.kind === 'refused' ? outcome.reason : null };
  }

  async answerAll(action: LetterAction, of: { readonly table?: string; readonly by: string }): Promise<LetterCounts> {
    const { engine } = this.parts;
    mustRun(engine);
    const counts: Record<LetterOutcome['kind'], number> = {
      crossed: 0,
      discarded: 0,
      refused: 0,
      conflict: 0,
      moved: 0,
      unknown: 0,
    };
    const letters = await engine.deadLetters();
    const open = letters.filter(({ entity }) => of.table === undefined || of.table === entity);
    for (const some of slices(open, together)) {
      const ask = (letter: DeadLetter): Promise<LetterOutcome> =>
        engine.askAboutLetter(letter, wishOf(action, of.by), limitMs);
      for (const { kind } of await Promise.all(some.map(ask))) counts[kind]++;
    }
    const { moved, unknown, ...known } = counts;
    return { ...known, left: moved + unknown };
  }

  async discarded(limit: number): Promise<readonly ShownDeadLetter[]> {
    const { conflicts, entities } = this.parts;
    return (await conflicts.discards(limit)).map((one) => showDiscard(one, entities.get(one.entity)));
  }

  async open(): Promise<readonly ShownDeadLetter[]> {
    const { conflicts, entities } = this.parts;
    return (await conflicts.deadLetters()).map((one) => showDeadLetter(one, entities.get(one.entity)));
  }
}

function wishOf(action: LetterAction, by: string): LetterWish {
  return action === 'retry' ? { action } : { action, by };
}

function mustRun(engine: SyncEngine): void {
  const { state } = engine.status();
  if (state !== 'running' && state !== 'loading')
    throw new IsthmusError('not_running', {
      message: `The sync is ${state}, so nothing can be tried or given up now.`,
    });
}
