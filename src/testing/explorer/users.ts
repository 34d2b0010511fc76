/** Seeded users: what a user's transaction writes, given what it found. Must not know the engine. */
import { type RecordRef, recordId, type State } from '../../model/record.js';
import { otherSide, type Side } from '../../model/side.js';
import type { MemorySide } from '../memory/memory-side.js';
import type { TableWrite } from '../memory/memory-table.js';
import type { Random } from '../random.js';
import { editWide } from './edit-wide.js';
import { type History, tokenOf } from './history.js';
import { refusedBy } from './refusals.js';
import type { Scenario } from './scenario.js';
import { gradeDefault } from './table-work.js';

export interface UsersContext {
  readonly random: Random;
  readonly history: History;
  readonly scenario: Scenario;
  readonly refs: readonly RecordRef[];
  /** Whether SQL's table has its new column. */
  readonly widened: () => boolean;
}

/** One transaction of a user on a side, committed or found to have nothing to do. */
export async function userTransaction(context: UsersContext, at: MemorySide): Promise<void> {
  const refs = choose(context, at);
  const swap = context.scenario.unique === true && refs.length === 2 && context.random.chance(0.3);
  const draw = context.random.int(1 << 30);
  const changes = await at.userTransaction(refs, (found) => {
    const writes = swap
      ? swapUnique(context, refs, found)
      : refs.flatMap((ref, index) => write({ ...context, side: at.side }, ref, found[index] ?? null));
    return draw % 8 === 0 ? [...writes].reverse() : writes;
  });
  if (changes !== null) context.history.record(at.side, changes);
}

function choose({ random, scenario, refs }: UsersContext, at: MemorySide): readonly RecordRef[] {
  const own = scenario.disjoint ? refs.filter((_, index) => (index % 2 === 0) === (at.side === 'sql')) : refs;
  const several = scenario.lanes || scenario.unique ? 0.5 : 0.1;
  const count = random.chance(several) ? 2 + random.int(2) : 1;
  const chosen: RecordRef[] = [];
  for (let i = 0; i < count; i++) {
    const ref = random.pick(own);
    if (!chosen.includes(ref)) chosen.push(ref);
  }
  return chosen;
}

interface WritingContext extends UsersContext {
  readonly side: Side;
}

function write(context: WritingContext, ref: RecordRef, found: State): readonly TableWrite[] {
  const { random, scenario, history } = context;
  const { entity, key } = ref;
  if (random.chance(0.05) && found !== null) return [{ entity, key, after: found }];
  if (random.chance(0.15)) return found === null ? [] : [{ entity, key, after: null }];
  if (scenario.policies) return [{ entity, key, after: newWide(context, ref, [found]) }];
  const old = scenario.aba ? oldTokens(history, ref) : [];
  const returns = old.length > 0 && random.chance(scenario.dense ? 0.6 : 0.4);
  const token = returns ? (scenario.dense ? (old.at(-1) as string) : random.pick(old)) : history.make([tokenOf(found)]);
  return [{ entity, key, after: stateOf(context, token, found) }];
}

/** What somebody makes of a record of several fields who has seen these states of it. */
export function newWide(
  { random, history, side }: Pick<WritingContext, 'random' | 'history' | 'side'>,
  ref: RecordRef,
  seen: readonly State[],
): State {
  const state = editWide({ random, side, fresh: history.freshFor(recordId(ref)) }, seen[0] ?? null);
  history.derive(state, seen);
  return state;
}

/** Values that the record had before and that can come back. */
function oldTokens(history: History, ref: RecordRef): string[] {
  const id = recordId(ref);
  return history.writes.flatMap((one) => (one.id === id && one.before !== null ? [one.before] : []));
}

function stateOf({ random, scenario, side, widened }: WritingContext, token: string, found: State): State {
  if (scenario.letters)
    return [token, random.chance(0.4) ? random.pick([refusedBy[otherSide(side)], null]) : (found?.[1] ?? null)];
  if (scenario.columns || scenario.fills)
    return [token, gradeOf({ random, side, widened: () => !scenario.columns || widened() }, found?.[1] ?? null)];
  if (scenario.unique) return [token, random.chance(0.4) ? random.pick(['x', 'y', 'z', null]) : (found?.[1] ?? null)];
  if (scenario.deviate) return [token, random.chance(0.5) ? 'theirs' : `of ${token}`];
  return [token];
}

/** Documents may get the new field before their users' program knows it from SQL. */
function gradeOf(
  { random, side, widened }: Pick<WritingContext, 'random' | 'side' | 'widened'>,
  found: string | null,
): string | null {
  if (!widened()) return null;
  if (random.chance(0.15)) return `of ${side}`;
  return found ?? (side === 'sql' ? gradeDefault : null);
}

/** Two records exchange their unique values; only a certain order of three writes is possible. */
function swapUnique(
  { history }: UsersContext,
  refs: readonly RecordRef[],
  found: readonly State[],
): readonly TableWrite[] {
  const [first, second] = refs as [RecordRef, RecordRef];
  const [a, b] = found as [State, State];
  if (a === null || b === null) return [];
  const aside: State = [history.make([tokenOf(a)]), null];
  return [
    { ...first, after: aside },
    { ...second, after: [history.make([tokenOf(b)]), a[1] ?? null] },
    { ...first, after: [history.make([tokenOf(aside)]), b[1] ?? null] },
  ];
}

/** What SQL makes of a write on its own in the scenario with triggers: the second field follows the first. */
export function derivedField(_ref: RecordRef, after: State): State {
  return after === null ? null : [after[0] ?? null, `of ${after[0]}`];
}
