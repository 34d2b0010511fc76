/**
 * Promise 4: no write of ours more than once. Pure.
 *
 * The bound, for each side and record: events there ≤ writes of that side's users + writes of the other side's users. For a write of
 * ours on a side is made for at least one change of the other side's users, and uses it up: the usual case writes a change, or several
 * in one; a settlement writes a decision on a side for what that side's link held of the other side. A decision that was superseded is
 * written on SQL, if at all, by the next settlement, for the same change of MongoDB, while its write on MongoDB has used up the SQL
 * change that it was decided on. Agreements write nothing. So a settlement justifies no event of its own, and one write too many is seen
 * wherever each change crossed by itself, which is nearly everywhere.
 */
import type { Side } from '../../src/model/side.js';
import type { Evidence, Problem } from '../evidence.js';
import type { Values } from '../history.js';
import { addedColumn } from '../tables.js';
import { problem, type Story, told } from './story.js';

export function checkOnce(stories: readonly Story[], { events, final }: Evidence): readonly Problem[] {
  const added = new Map([...final.sql].map(([table, records]) => [table, addedColumns(records)]));
  return stories.flatMap((story) =>
    (['sql', 'mongodb'] as const).flatMap((side) => {
      const own = writesOn(story, side);
      const others = story.deeds.length - own;
      const filled = side === 'mongodb' ? (added.get(story.table.name) ?? 0) * (1 + insertsOn(story, 'mongodb')) : 0;
      const found = events[side].get(story.table.name)?.get(story.key) ?? 0;
      if (found <= own + others + filled) return [];
      const text = `The log of ${side} has ${found} events, and its users made ${own}, the others ${others}: ${told(story)}`;
      return [problem(story, 'written-once', text)];
    }),
  );
}

/**
 * Of a column that is added with a default nobody writes an event, and yet documents get it: by its load, once, and after each insert of
 * MongoDB's users, which PostgreSQL completes by the default.
 */
function addedColumns(records: ReadonlyMap<string, Values>): number {
  return Math.max(0, ...[...records.values()].map((values) => Object.keys(values).filter(isAdded).length));
}

function isAdded(name: string): boolean {
  return name.startsWith(addedColumn);
}

function insertsOn({ deeds }: Story, side: Side): number {
  return deeds.filter((deed) => deed.side === side && deed.before === null).length;
}

function writesOn({ deeds }: Story, side: Side): number {
  return deeds.filter((deed) => deed.side === side).length;
}
