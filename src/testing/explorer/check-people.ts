/**
 * What must hold of people's decisions: each was written once or not at all, about the very versions that were shown, as it
 * was chosen, and as the answer says.
 */
import type { ConflictRecord } from '../../model/conflict.js';
import { sameState } from '../../model/record.js';
import type { Deed } from './people.js';
import type { World } from './world.js';

export function checkPeople({ people, conflicts, options }: World, problems: string[]): void {
  const { written } = people;
  if (options.scenario.people)
    for (const one of conflicts.conflicts)
      if (one.state === 'pending') problems.push(`conflict ${one.id} of ${one.key} waits, and nobody was asked`);
  for (const deed of people.deeds) {
    for (const problem of checkDeed(deed, written.get(deed.by) ?? []))
      problems.push(`${deed.by} about ${deed.shown.key}: ${problem}`);
  }
}

function checkDeed(deed: Deed, written: readonly ConflictRecord[]): string[] {
  const { by, shown, state, outcome } = deed;
  const problems: string[] = [];
  const [record, ...more] = written;
  if (more.length > 0) problems.push('written more than once');
  if (outcome?.kind === 'decided') {
    if (record === undefined) problems.push('told that it was written, and it is in no record');
    if (outcome.conflict.resolvedBy !== by) problems.push(`told of what ${outcome.conflict.resolvedBy} decided`);
  }
  if (record === undefined) return problems;
  if (outcome?.kind === 'moved' || outcome?.kind === 'refused')
    problems.push(`told that it was not written (${outcome.kind}), and it was`);
  if (!sameState(record.sql.state, shown.sql.state) || !sameState(record.mongodb.state, shown.mongodb.state))
    problems.push(
      `decided about versions that were not shown: ${JSON.stringify([record.sql.state, record.mongodb.state])}`,
    );
  if (!sameState(record.decision, state)) problems.push(`${JSON.stringify(record.decision)} was written instead`);
  return problems;
}
