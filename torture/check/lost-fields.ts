/**
 * Promise 2 under `merge`, for the fields whose value one side's rule takes whole: each value that a user put there is final, was
 * replaced by a user who saw it, or stands in the record of a conflict. Pure.
 */
import type { Problem } from '../evidence.js';
import type { Values } from '../history.js';
import { canFollow, type Deed, problem, type Story, told } from './story.js';

export function checkLostFields(stories: readonly Story[]): readonly Problem[] {
  return stories.filter(({ table }) => table.strategy === 'merge').flatMap(checkStory);
}

function checkStory(story: Story): readonly Problem[] {
  const fields = story.table.columns.filter(({ rule }) => rule.startsWith('prefer_')).map(({ name }) => name);
  return fields.flatMap((field) =>
    story.deeds
      .filter((deed) => deed.certain && !deed.excused && deed.after !== null)
      .filter((deed) => fieldOf(deed.before, field) !== fieldOf(deed.after, field))
      .filter((deed) => !isKept(story, deed, field))
      .map((deed) => {
        const value = fieldOf(deed.after, field);
        const text = `${field} = ${value}, written by ${deed.id} on ${deed.side}, is not final, nobody replaced it, and no conflict has it: ${told(story, field)}`;
        return problem(story, 'lost-field', text);
      }),
  );
}

function isKept({ final, deeds, conflicts, letters }: Story, deed: Deed, field: string): boolean {
  const value = fieldOf(deed.after, field);
  const has = (values: Values | null): boolean => values !== null && fieldOf(values, field) === value;
  return (
    has(final.sql) ||
    has(final.mongodb) ||
    deeds.some((later) => canFollow(later, deed) && has(later.before) && !has(later.after)) ||
    conflicts.some((one) => has(one[deed.side])) ||
    // A letter of such a record keeps the whole change.
    letters.length > 0
  );
}

function fieldOf(values: Values | null, field: string): string | null {
  return values?.[field] ?? null;
}
