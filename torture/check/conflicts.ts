/**
 * Promise 3 and the order of the records of conflicts: only where both sides' users wrote, each once, none half done, and what waits is
 * shown as it stands. Pure.
 */
import type { ConflictEvidence, Problem } from '../evidence.js';
import { problem, type Story, same, shown, told } from './story.js';

export function checkConflicts(stories: readonly Story[], all: readonly ConflictEvidence[]): readonly Problem[] {
  return [...stories.flatMap(checkStory), ...checkIds(all)];
}

function checkStory(story: Story): readonly Problem[] {
  return [...checkInvented(story), ...checkRepeated(story), ...story.conflicts.flatMap((one) => checkOne(story, one))];
}

function checkInvented(story: Story): readonly Problem[] {
  const sides = new Set(story.deeds.map(({ side }) => side));
  if (sides.size === 2 || story.conflicts.length === 0) return [];
  const who = [...sides].join('') || 'nobody';
  const text = `${story.conflicts.length} conflicts, though of the users only ${who} wrote the record: ${told(story)}`;
  return [problem(story, 'invented-conflict', text)];
}

/** Values do not come back, so the same three states are the same conflict. */
function checkRepeated(story: Story): readonly Problem[] {
  const seen = new Map<string, string>();
  return story.conflicts.flatMap((one) => {
    const states = JSON.stringify(
      [one.base, one.sql, one.mongodb].map((values) => values && Object.entries(values).sort()),
    );
    const first = seen.get(states);
    seen.set(states, one.id);
    if (first === undefined) return [];
    return [problem(story, 'settled-twice', `Conflicts ${first} and ${one.id} are of the same states: ${told(story)}`)];
  });
}

function checkOne(story: Story, one: ConflictEvidence): readonly Problem[] {
  const found: Problem[] = [];
  const say = (check: string, text: string): void =>
    void found.push(problem(story, check, `Conflict ${one.id} ${text}: ${told(story)}`));
  if (one.state === 'propagating') say('propagating', 'is decided and not finished');
  const kind = kindOf(one);
  if (one.kind !== kind) say('kind', `is called ${one.kind} and is ${kind}`);
  if (one.state === 'pending') {
    if (!mayWait(story, one))
      say('needless-wait', `waits, though the policy of ${story.table.name} (${one.strategy}) needs no person`);
    for (const side of ['sql', 'mongodb'] as const)
      if (!same(story.table, one[side], story.final[side]))
        say('stale-conflict', `shows ${shown(one[side])} for ${side}, where ${shown(story.final[side])} stands`);
  }
  return found;
}

/** All that users write can cross: no other kind may come up. */
function kindOf({ base, sql, mongodb }: ConflictEvidence): string {
  if (sql === null || mongodb === null) return 'delete_update';
  return base === null ? 'insert_insert' : 'write_write';
}

function mayWait({ table }: Story, { strategy }: ConflictEvidence): boolean {
  return strategy === 'manual' ? table.strategy === 'manual' : strategy !== table.strategy && strategy !== table.delete;
}

function checkIds(all: readonly ConflictEvidence[]): readonly Problem[] {
  const seen = new Set<string>();
  return all.flatMap(({ id, table, key }) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ check: 'conflict-id', table, key, text: `The id ${id} stands for two conflicts.` }];
  });
}
