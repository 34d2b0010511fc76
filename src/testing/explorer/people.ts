/**
 * People who decide what waits for them: now and then while all is moving, sometimes about versions that they saw a while
 * ago, and everything that is left at the end. Keeps what was asked and answered. Must not know how it is written.
 */
import type { ConflictRecord } from '../../model/conflict.js';
import { recordId, type State } from '../../model/record.js';
import type { Choice, DecisionOutcome } from '../../sync/decisions.js';
import type { Engine } from '../../sync/engine.js';
import type { Random } from '../random.js';
import { type History, tokenOf, type UserWrite } from './history.js';
import { LetterPeople } from './letter-people.js';
import type { Process } from './process.js';
import type { Refusals } from './refusals.js';
import type { Scenario } from './scenario.js';
import { newWide } from './users.js';

export interface Deed {
  /** Nobody else has this name. */
  readonly by: string;
  readonly shown: ConflictRecord;
  readonly choice: Choice;
  /** What was chosen. */
  readonly state: State;
  /** Null: whoever was asked did not live to answer. */
  outcome: DecisionOutcome | null;
}

export interface PeopleParts {
  readonly random: Random;
  readonly history: History;
  readonly scenario: Scenario;
  readonly refusals: Refusals;
  /** Conflicts as they are stored. */
  readonly stored: () => readonly ConflictRecord[];
}

export class People {
  readonly deeds: Deed[] = [];
  readonly letters: LetterPeople;
  /** How often all that waited was decided at once. */
  rounds = 0;
  /** What somebody saw and has not decided yet. */
  private readonly seen: ConflictRecord[] = [];

  constructor(private readonly parts: PeopleParts) {
    this.letters = new LetterPeople(parts);
  }

  /** Somebody looks, at a process that may have been succeeded; an operator pauses it or lets it go on. */
  disturb(newest: Process | undefined, zombie: Process | null, probability: number): void {
    const { random } = this.parts;
    const process = random.chance(0.8) ? newest : zombie;
    if (!process?.running) return;
    if (random.chance(probability)) this.look(process.engine);
    this.letters.disturb(process.engine, probability);
    if (random.chance(probability / 10)) process.engine.pause();
    if (random.chance(probability / 5)) process.engine.resume();
  }

  /** One look at what waits: remembers some of it, decides some of it. */
  private look(engine: Engine): void {
    const { random } = this.parts;
    const open = engine.pending();
    if (open.length > 0 && random.chance(0.3)) this.seen.push(random.pick(open));
    const outdated = this.seen.length > 0 && random.chance(0.4);
    if (outdated) this.decide(engine, random.pick(this.seen), random.pick([1, 30, 1000]));
    else if (open.length > 0) this.decide(engine, random.pick(open), random.pick([1, 30, 1000]));
  }

  /** Everything that waits, with patience. Answers how much that is. */
  decideAll(engine: Engine): number {
    const open = engine.pending();
    for (const one of open) this.decide(engine, one, 10_000);
    if (open.length > 0) this.rounds++;
    return open.length + this.letters.dealWithAll(engine);
  }

  private decide(engine: Engine, shown: ConflictRecord, limitMs: number): void {
    const choice = this.choose(shown);
    const by = `person ${this.deeds.length + 1}`;
    const state = choice.use === 'value' ? choice.state : choice.use === 'base' ? shown.base : shown[choice.use].state;
    const deed: Deed = { by, shown, choice, state, outcome: null };
    this.deeds.push(deed);
    void engine.decide(shown, { choice, by }, limitMs).then((outcome) => {
      deed.outcome = outcome;
    });
  }

  private choose(shown: ConflictRecord): Choice {
    const { random, history } = this.parts;
    // What a unique index refuses, people see in the end to be taken.
    const use = this.rounds > 3 ? 'value' : random.pick(['sql', 'mongodb', 'base', 'value', 'value'] as const);
    if (use !== 'value') return { use };
    const seen = [shown.sql.state, shown.mongodb.state];
    if (random.chance(0.1)) return { use, state: null };
    const size = Math.max(...seen.map((state) => state?.length ?? 0));
    if (size <= 2) {
      const token = history.make(seen.map(tokenOf));
      const unique = this.rounds > 3 ? null : random.pick(['x', 'y', 'z', null]);
      const kept = seen.find((state) => state?.[1])?.[1];
      return { use, state: size === 2 ? [token, this.parts.scenario.columns ? (kept ?? null) : unique] : [token] };
    }
    const first = seen.find((state) => state !== null) ?? null;
    return { use, state: newWide({ random, history, side: 'sql' }, shown, [first, ...seen]) };
  }

  /** The stored conflicts that somebody decided, by his name. */
  get written(): ReadonlyMap<string, readonly ConflictRecord[]> {
    const written = new Map<string, ConflictRecord[]>();
    for (const one of this.parts.stored()) {
      if (one.resolvedBy === null) continue;
      const known = written.get(one.resolvedBy);
      if (known) known.push(one);
      else written.set(one.resolvedBy, [one]);
    }
    return written;
  }

  /** What was written of it, like a user's writes. */
  get writes(): readonly UserWrite[] {
    const { written } = this;
    return this.deeds
      .filter(({ by }) => written.has(by))
      .map(({ shown: { entity, key }, state }) => ({
        side: 'mongodb',
        id: recordId({ entity, key }),
        before: null,
        after: tokenOf(state),
        change: { entity, key, before: null, after: state },
        byItself: false,
      }));
  }
}
