/**
 * Promise 2 for sets and for words of a text: what was added is there, or was removed by somebody who saw it, or stands in the record of
 * a conflict that took the record or the piece away; and what was removed does not come back. Pure.
 */
import type { ConflictEvidence, Problem } from '../evidence.js';
import type { Values } from '../history.js';
import type { Column } from '../tables.js';
import { canFollow, type Deed, problem, type Story, told } from './story.js';

export function checkPieces(stories: readonly Story[]): readonly Problem[] {
  return stories
    .filter(({ table }) => table.strategy === 'merge')
    .flatMap((story) =>
      story.table.columns
        .filter(({ rule }) => rule === 'set' || rule === 'words')
        .flatMap((column) => [...checkAdded(story, column), ...checkRemoved(story, column)]),
    );
}

/** Elements of a set, or words. */
export function piecesOf(column: Column, values: Values | null): ReadonlySet<string> {
  const text = values?.[column.name] ?? null;
  if (text === null) return new Set();
  return new Set(
    column.rule === 'set' ? (JSON.parse(text) as string[]) : text.split(' ').filter((word) => word !== ''),
  );
}

function checkAdded(story: Story, column: Column): Problem[] {
  const found: Problem[] = [];
  for (const deed of story.deeds.filter(({ certain, excused }) => certain && !excused)) {
    for (const piece of addedBy(deed, column)) {
      if (isThere(story, column, piece) || wasRemoved(story, column, { deed, piece })) continue;
      if (story.conflicts.some((one) => gaveUp(one, column, { deed, piece })) || story.letters.length > 0) continue;
      const text = `${piece}, added to ${column.name} by ${deed.id} on ${deed.side}, is gone, and nobody removed it: ${told(story, column.name)}`;
      found.push(problem(story, column.rule === 'set' ? 'lost-element' : 'lost-word', text));
    }
  }
  return found;
}

function addedBy({ before, after }: Deed, column: Column): readonly string[] {
  const old = piecesOf(column, before);
  return [...piecesOf(column, after)].filter((piece) => !old.has(piece));
}

function isThere({ final }: Story, column: Column, piece: string): boolean {
  return piecesOf(column, final.sql).has(piece) || piecesOf(column, final.mongodb).has(piece);
}

interface Added {
  readonly deed: Deed;
  readonly piece: string;
}

function wasRemoved({ deeds }: Story, column: Column, { deed, piece }: Added): boolean {
  return deeds.some(
    (later) =>
      canFollow(later, deed) && piecesOf(column, later.before).has(piece) && !piecesOf(column, later.after).has(piece),
  );
}

/** Whether a conflict has the piece as this side's, and had a reason to let it go. */
function gaveUp(one: ConflictEvidence, column: Column, { deed, piece }: Added): boolean {
  const [mine, other] = deed.side === 'sql' ? [one.sql, one.mongodb] : [one.mongodb, one.sql];
  if (!piecesOf(column, mine).has(piece)) return false;
  // The other side deleted the record, or a person decides.
  if (one.state === 'pending' || other === null || one.strategy !== 'merge') return true;
  // The other side removed what both had.
  if (piecesOf(column, one.base).has(piece)) return !piecesOf(column, other).has(piece);
  return column.rule === 'words' && !isAppended(one, column);
}

/**
 * Elsewhere edits of characters may meet inside a word, which is right for a text; so they do at the end of an earlier merge's
 * text that ends within one.
 */
export function isAppended({ base, sql, mongodb }: ConflictEvidence, column: Column): boolean {
  const [before, left, right] = [base, sql, mongodb].map((values) => values?.[column.name] ?? '') as [
    string,
    string,
    string,
  ];
  const endsAWord = before === '' || before.endsWith(' ');
  return endsAWord && left.startsWith(before) && right.startsWith(before);
}

function checkRemoved(story: Story, column: Column): Problem[] {
  const found: Problem[] = [];
  if (story.letters.length > 0) return found;
  const adders = new Map<string, number>();
  for (const piece of piecesOf(column, story.initial)) adders.set(piece, 1);
  for (const deed of story.deeds)
    for (const piece of addedBy(deed, column)) adders.set(piece, (adders.get(piece) ?? 0) + 1);
  for (const deed of story.deeds.filter(({ certain, excused }) => certain && !excused)) {
    const left = piecesOf(column, deed.after);
    for (const piece of piecesOf(column, deed.before)) {
      // What is added more than once may have been added again by somebody who knew nothing of the removal.
      if (left.has(piece) || !isThere(story, column, piece) || (adders.get(piece) ?? 0) > 1) continue;
      if (story.conflicts.some((one) => one.state === 'pending' || one.strategy !== 'merge')) continue;
      const text = `${piece}, removed from ${column.name} by ${deed.id} on ${deed.side}, is back: ${told(story, column.name)}`;
      found.push(problem(story, 'resurrected', text));
    }
  }
  return found;
}
