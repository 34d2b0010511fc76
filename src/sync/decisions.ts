/**
 * Decisions of people about conflicts that wait for them (rule 7): each is laid beside its record until the record is
 * settled, and is written by that settlement. Must not know who asks, nor write anything.
 */
import type { ConflictRecord } from '../model/conflict.js';
import { type RecordId, type RecordRef, recordId, type State, sameState } from '../model/record.js';
import { refusedField } from '../model/refusal.js';
import type { Candidate } from './candidate.js';

export type Choice = { readonly use: 'sql' | 'mongodb' | 'base' } | { readonly use: 'value'; readonly state: State };

export interface PersonDecision {
  readonly choice: Choice;
  readonly by: string;
  /** Stored as the strategy; absent: the one that left the conflict to a person. */
  readonly strategy?: string;
}

/** The two versions that a decision is about, and their ancestor. */
export type Shown = RecordRef & {
  readonly base: State;
  readonly sql: { readonly state: State };
  readonly mongodb: { readonly state: State };
};

export type DecisionOutcome =
  | { readonly kind: 'decided'; readonly conflict: ConflictRecord }
  /** A side has changed since the conflict was shown, or it is no longer open. Nothing was written. */
  | { readonly kind: 'moved' }
  /** What was chosen cannot stand on one of the sides. Nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** This life of the engine ended, or the time was up, before the outcome was known. */
  | { readonly kind: 'unknown' };

/** What was decided, for the record's settlement. */
export interface Laid {
  readonly state: State;
  readonly by: string;
  /** Null: the strategy that left it to a person. */
  readonly strategy: string | null;
}

interface Asked {
  /** As it was shown: the decision is for exactly these two versions. */
  readonly shown: Shown;
  readonly decision: PersonDecision;
  readonly answer: (outcome: DecisionOutcome) => void;
}

export class Decisions {
  private readonly asked = new Map<RecordId, Asked>();

  /** `blind` is for tests: what was shown is not compared. */
  constructor(private readonly blind = false) {}

  /** Resolves when the record was settled or could not be; of two decisions about one record the second has not seen the first. */
  ask(shown: Shown, decision: PersonDecision): Promise<DecisionOutcome> {
    const id = recordId(shown);
    if (this.asked.has(id)) return Promise.resolve({ kind: 'moved' });
    return new Promise((resolve) => {
      const answer = (outcome: DecisionOutcome): void => {
        this.asked.delete(id);
        resolve(outcome);
      };
      this.asked.set(id, { shown, decision, answer });
    });
  }

  /** The decision about these very versions; one about others is told that a side has moved. */
  for(candidate: Candidate): Laid | undefined {
    const asked = this.asked.get(candidate.id);
    if (asked === undefined) return undefined;
    const { shown, decision } = asked;
    if (!this.blind && !isAbout(shown, candidate.tips)) {
      asked.answer({ kind: 'moved' });
      return undefined;
    }
    const state = chosen(decision.choice, shown);
    if (refusedField(state) < 0) return { state, by: decision.by, strategy: decision.strategy ?? null };
    asked.answer({ kind: 'refused', reason: 'This version holds a value that the other side cannot hold.' });
    return undefined;
  }

  /** A person's decision was written. Who asked for another one since his time was up learns otherwise that he came too late. */
  decided(conflict: ConflictRecord): void {
    const asked = this.asked.get(recordId(conflict));
    if (asked === undefined) return;
    const { shown, decision, answer } = asked;
    const versions = { sql: conflict.sql.state, mongodb: conflict.mongodb.state };
    if (
      decision.by === conflict.resolvedBy &&
      isAbout(shown, versions) &&
      sameState(chosen(decision.choice, shown), conflict.decision)
    )
      answer({ kind: 'decided', conflict });
  }

  answer(id: RecordId, outcome: DecisionOutcome): void {
    this.asked.get(id)?.answer(outcome);
  }

  /** What is not known by now will not be. */
  close(): void {
    for (const { answer } of [...this.asked.values()]) answer({ kind: 'unknown' });
  }
}

function isAbout(shown: Shown, versions: Candidate['tips']): boolean {
  return sameState(shown.sql.state, versions.sql) && sameState(shown.mongodb.state, versions.mongodb);
}

function chosen(choice: Choice, shown: Shown): State {
  if (choice.use === 'value') return choice.state;
  return choice.use === 'base' ? shown.base : shown[choice.use].state;
}
