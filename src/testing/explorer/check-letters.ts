/**
 * What must hold of dead letters: what was given up is on record once, as it was shown and as the answer says; and only what
 * was given up, or is still listed, may keep the sides apart.
 */
import { type RecordRef, recordId, type State, sameState } from '../../model/record.js';
import { sideOfLink } from '../../model/side.js';
import type { LetterDeed } from './letter-people.js';
import type { World } from './world.js';

export function checkLetters({ people, conflicts }: World, problems: string[]): void {
  for (const { id, key, done } of conflicts.discards.values())
    if (!done) problems.push(`the letter ${id} of ${key} is given up by half`);
  for (const deed of people.letters.deeds) {
    const written = [...conflicts.discards.values()].filter(({ by }) => by === deed.by);
    for (const problem of checkDeed(deed, written)) problems.push(`${deed.by} about ${deed.shown.key}: ${problem}`);
  }
}

function checkDeed({ action, shown, outcome }: LetterDeed, written: readonly Written[]): string[] {
  const [record, ...more] = written;
  const problems: string[] = [];
  if (more.length > 0) problems.push('given up more than once');
  if (outcome?.kind === 'discarded' && record === undefined)
    problems.push('told that it was given up, and it is in no record');
  if (outcome?.kind === 'discarded' && action === 'retry') problems.push('given up though it was to be tried');
  if (record === undefined) return problems;
  if (outcome !== null && outcome.kind !== 'discarded' && outcome.kind !== 'unknown')
    problems.push(`told that it was not given up (${outcome.kind}), and it was`);
  if (!sameState(record.letter.tip, shown.tip) || !sameState(record.letter.base, shown.base))
    problems.push('another version than the one that was shown was given up');
  return problems;
}

type Written = World['conflicts']['discards'] extends ReadonlyMap<string, infer T> ? T : never;

/** Whether the record was given up as it stands: nothing has happened to it since on the side that the letter came from. */
export function isGivenUp(
  { conflicts }: World,
  ref: RecordRef,
  states: Readonly<Record<'sql' | 'mongodb', State>>,
): boolean {
  const id = recordId(ref);
  return [...conflicts.discards.values()].some(
    (one) => recordId(one) === id && sameState(states[sideOfLink(one.letter.link)], one.letter.tip),
  );
}

/** What was given up is kept with its values. */
export function statesGivenUp({ conflicts }: World, ref: RecordRef): readonly State[] {
  const id = recordId(ref);
  return [...conflicts.discards.values()].flatMap((one) => (recordId(one) === id ? [one.letter.tip] : []));
}
