/** Promise 1: at rest both sides are equal, but for records that wait for a person, each listed. Pure. */
import type { Problem } from '../evidence.js';
import type { Values } from '../history.js';
import { problem, type Story, shown, told, waits } from './story.js';

export function checkEqual(stories: readonly Story[]): readonly Problem[] {
  return stories
    .filter((story) => !waits(story) && !isSame(story.final.sql, story.final.mongodb))
    .map((story) => {
      const { sql, mongodb } = story.final;
      return problem(
        story,
        'equal',
        `SQL has ${shown(sql)}, MongoDB ${shown(mongodb)}, and nothing waits: ${told(story)}`,
      );
    });
}

/** All fields, those of added columns too. */
function isSame(a: Values | null, b: Values | null): boolean {
  if (a === null || b === null) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => (a[name] ?? null) === (b[name] ?? null));
}
