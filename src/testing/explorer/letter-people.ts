/**
 * People who look after dead letters: they try some again, give some up, now and then about versions that they saw a while
 * ago, and in the end somebody mends what refuses them, or does not. Keeps what was asked and answered.
 */
import type { DeadLetter } from '../../model/conflict.js';
import type { Engine } from '../../sync/engine.js';
import type { LetterOutcome } from '../../sync/letter-requests.js';
import type { Random } from '../random.js';
import type { Refusals } from './refusals.js';

export interface LetterDeed {
  readonly by: string;
  readonly shown: DeadLetter;
  readonly action: 'retry' | 'discard';
  /** Null: whoever was asked did not live to answer. */
  outcome: LetterOutcome | null;
}

/** So often everything that is left at rest is looked at; what stays refused after that stays listed. */
const roundsMost = 3;

export class LetterPeople {
  readonly deeds: LetterDeed[] = [];
  private rounds = 0;
  private readonly seen: DeadLetter[] = [];

  constructor(private readonly parts: { readonly random: Random; readonly refusals: Refusals }) {}

  disturb(engine: Engine, probability: number): void {
    const { random, refusals } = this.parts;
    const open = engine.deadLetters();
    if (open.length === 0) return;
    if (random.chance(probability / 20)) refusals.mended = true;
    if (random.chance(0.3)) this.seen.push(random.pick(open));
    if (!random.chance(4 * probability)) return;
    const outdated = this.seen.length > 0 && random.chance(0.4);
    this.ask(engine, outdated ? random.pick(this.seen) : random.pick(open), random.pick([1, 30, 1000]));
  }

  /** Answers how many were asked about. */
  dealWithAll(engine: Engine): number {
    const { random, refusals } = this.parts;
    if (this.rounds === roundsMost) return 0;
    this.rounds++;
    if (random.chance(0.2)) refusals.mended = true;
    const some = engine.deadLetters().filter(() => random.chance(0.7));
    for (const letter of some) this.ask(engine, letter, 10_000);
    return some.length;
  }

  private ask(engine: Engine, shown: DeadLetter, limitMs: number): void {
    const by = `keeper ${this.deeds.length + 1}`;
    const action = this.parts.random.pick(['retry', 'discard'] as const);
    const deed: LetterDeed = { by, shown, action, outcome: null };
    this.deeds.push(deed);
    const wish = action === 'retry' ? { action } : { action, by };
    void engine.askAboutLetter(shown, wish, limitMs).then((outcome) => {
      deed.outcome = outcome;
    });
  }
}
