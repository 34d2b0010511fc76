/**
 * Promise 2, where a conflict is decided for the record as a whole, and for every delete: an acknowledged write is final, was replaced
 * by a user who saw it, or stands in the record of a conflict as its side's version. Pure.
 */
import type { Problem } from '../evidence.js';
import type { Values } from '../history.js';
import { canFollow, type Deed, problem, type Story, same, shown, told } from './story.js';

export function checkLostRecords(stories: readonly Story[]): readonly Problem[] {
  return stories.flatMap((story) =>
    story.deeds
      .filter((deed) => deed.certain && !deed.excused)
      .filter((deed) => story.table.strategy !== 'merge' || deed.after === null)
      .filter((deed) => !isKept(story, deed))
      .map((deed) => {
        const what = deed.after === null ? 'The delete' : `What was written, ${shown(deed.after)},`;
        const text = `${what} by ${deed.id} on ${deed.side} is not final, nobody replaced it, and no conflict has it: ${told(story)}`;
        return problem(story, deed.after === null ? 'lost-delete' : 'lost-write', text);
      }),
  );
}

function isKept(story: Story, deed: Deed): boolean {
  const { table, final, deeds, conflicts, letters } = story;
  return (
    same(table, final.sql, deed.after) ||
    same(table, final.mongodb, deed.after) ||
    deeds.some((later) => canFollow(later, deed) && same(table, later.before, deed.after)) ||
    conflicts.some((one) => same(table, one[deed.side], deed.after)) ||
    (deed.after === null && !isBack(story, deed)) ||
    [...conflicts, ...letters].some(({ text }) => says(text, deed))
  );
}

/**
 * Whether what stands there at the end was made of what the delete took away. What somebody else inserted at the same time is no return:
 * where one side inserts and deletes before anything crosses, nothing has changed there, and the other side's insert simply stands.
 */
function isBack({ final, deeds }: Story, { before }: Deed): boolean {
  const byId = new Map(deeds.map((deed) => [deed.id, deed]));
  return [final.sql, final.mongodb].some((values) => {
    let state: Values | null = values;
    // Each deed is met once at most.
    for (let met = 0; state !== null && met <= deeds.length; met++) {
      if (state['by'] === before?.['by']) return true;
      state = byId.get(state['by'] ?? '')?.before ?? null;
    }
    return false;
  });
}

/** The token is unlike any other, so that one letter more or less would be another's. */
function says(text: string, { after }: Deed): boolean {
  const token = after?.['by'];
  return typeof token === 'string' && new RegExp(`\\b${token}\\b`).test(text);
}
