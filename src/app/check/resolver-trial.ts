/**
 * Tries a table's real resolver on generated conflicts: once, again in another order, with facts that went through JSON, and
 * with the sides swapped. Must not judge what it finds.
 */
import type { ConflictFacts } from '../../conflict/conflict-facts.js';
import type { CustomCall } from '../../conflict/custom.js';
import { stateOfPlain } from '../../conflict/plain.js';
import { valueOfPlain } from '../../conflict/plain-value.js';
import type { Policy } from '../../conflict/policy.js';
import { type Decision, makeResolver } from '../../conflict/resolve.js';
import type { Entity, Field } from '../../model/entity.js';
import { type State, sameState } from '../../model/record.js';
import type { ModuleAnswer } from '../custom/custom-thread.js';
import { generateConflicts, swapSides } from './generated-conflicts.js';

/** What a module answered about a field (null: about whole records), in how many questions. */
export interface Asked {
  readonly module: string;
  readonly field: string | null;
  readonly questions: number;
  readonly threw: number;
  /** No answer for another reason: a hang, a promise … */
  readonly broken: number;
  /** Answers that the column or the record cannot take. */
  readonly misfits: number;
  /** The first of the worst kind, in words. */
  readonly reason: string;
}

/** How often two decisions of one conflict differed. */
export interface Differences {
  readonly conflicts: number;
  /** Of a record that both decided and that neither deleted: index in `Entity.fields` → how often. */
  readonly fields: ReadonlyMap<number, number>;
}

export interface Trial {
  readonly conflicts: number;
  readonly pending: number;
  readonly again: Differences;
  readonly afterJson: Differences;
  /** Of conflicts that were decided both ways. */
  readonly swapped: Differences;
  readonly asked: readonly Asked[];
}

export interface TrialOptions {
  readonly entity: Entity;
  readonly policy: Policy;
  readonly ask: (call: CustomCall) => Promise<ModuleAnswer>;
}

const count = 200;
/** A slow module is tried on fewer conflicts. */
const firstPassMs = 5000;

export async function tryResolver({ entity, policy, ask }: TrialOptions): Promise<Trial> {
  const answers = new Answers(entity);
  const resolve = makeResolver({
    entities: new Map([[entity.name, entity]]),
    policies: new Map([[entity.name, policy]]),
    skewMs: () => 0,
    custom: async (call) => answers.note(call, await ask(call)),
  });
  const decide = async (facts: readonly ConflictFacts[], limitMs = Number.POSITIVE_INFINITY): Promise<Decision[]> => {
    const decisions: Decision[] = [];
    const from = performance.now();
    for (const one of facts) {
      answers.key = one.key;
      decisions.push(await resolve(one));
      if (performance.now() - from > limitMs) break;
    }
    return decisions;
  };
  const all = generateConflicts(entity, policy, { count, seed: 1 });
  const first = await decide(all, firstPassMs);
  const conflicts = all.slice(0, first.length);
  const again = await decide(conflicts.toReversed());
  const afterJson = await decide(conflicts.map((one) => JSON.parse(JSON.stringify(one)) as ConflictFacts));
  const swapped = await decide(conflicts.map(swapSides));
  return {
    conflicts: conflicts.length,
    pending: first.filter(({ decided }) => !decided).length,
    again: differences(first, again.toReversed()),
    afterJson: differences(first, afterJson),
    swapped: differences(first, swapped, { decidedOnly: true, unordered: unorderedFields(policy) }),
    asked: answers.tallies(),
  };
}

interface CompareOptions {
  readonly decidedOnly?: boolean;
  /** Fields whose arrays are compared as sets. */
  readonly unordered?: ReadonlySet<number>;
}

/** The elements of both sides must be there, SQL's first: only their order may depend on the side. */
function unorderedFields({ rules }: Policy): ReadonlySet<number> {
  const lists = [...rules].filter(([, { rule }]) => rule === 'set' || rule === 'merge_array');
  return new Set(lists.map(([index]) => index));
}

function differences(
  before: readonly Decision[],
  after: readonly Decision[],
  { decidedOnly = false, unordered = new Set() }: CompareOptions = {},
): Differences {
  const fields = new Map<number, number>();
  let conflicts = 0;
  before.forEach((one, at) => {
    const other = after[at] as Decision;
    if (!one.decided || !other.decided) {
      if (!decidedOnly && one.decided !== other.decided) conflicts++;
      return;
    }
    const [left, right] = [sorted(one.state, unordered), sorted(other.state, unordered)];
    if (sameState(left, right)) return;
    conflicts++;
    left?.forEach((value, index) => {
      if (right !== null && right[index] !== value) fields.set(index, (fields.get(index) ?? 0) + 1);
    });
  });
  return { conflicts, fields };
}

function sorted(state: State, unordered: ReadonlySet<number>): State {
  if (state === null || unordered.size === 0) return state;
  return state.map((value, index) => {
    if (value === null || !unordered.has(index) || !value.startsWith('[')) return value;
    const elements = JSON.parse(value) as unknown[];
    return JSON.stringify(elements.map((each) => JSON.stringify(each)).sort());
  });
}

type Tally = { -readonly [K in keyof Asked]: Asked[K] };

/** Counts what modules answered. */
class Answers {
  /** Of the conflict that is being decided. */
  key = '';
  private readonly found = new Map<string, Tally>();

  constructor(private readonly entity: Entity) {}

  note(call: CustomCall, answer: ModuleAnswer): ModuleAnswer {
    const tally = this.tallyOf(call);
    tally.questions++;
    const misfit = answer.ok ? this.misfit(call, answer.value) : null;
    if (!answer.ok && !answer.threw) {
      if (tally.broken++ === 0) tally.reason = answer.reason;
    } else if (misfit !== null) {
      if (tally.misfits++ === 0 && tally.broken === 0) tally.reason = misfit;
    } else if (!answer.ok) {
      if (tally.threw++ === 0 && tally.broken + tally.misfits === 0) tally.reason = answer.reason;
    }
    return answer;
  }

  tallies(): readonly Asked[] {
    return [...this.found.values()];
  }

  private tallyOf({ module, input }: CustomCall): Tally {
    const { field } = input.meta;
    const id = JSON.stringify([module, field]);
    let tally = this.found.get(id);
    if (tally === undefined) {
      tally = { module, field, questions: 0, threw: 0, broken: 0, misfits: 0, reason: '' };
      this.found.set(id, tally);
    }
    return tally;
  }

  /** Why an answer cannot be used. */
  private misfit({ input }: CustomCall, value: unknown): string | null {
    const { field } = input.meta;
    const type = this.entity.fields.find((one: Field) => one.field === field)?.type;
    const read = type === undefined ? stateOfPlain(this.entity, this.key, value) : valueOfPlain(type, value);
    return read.ok ? null : read.reason;
  }
}
