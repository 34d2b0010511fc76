/**
 * Conflicts were decided as their table's policy promises, told from what a rule is for: whose value stands, that both sides' counts,
 * elements and words are in. Decisions under another strategy (people, reviews, directions) are not judged. Pure.
 */
import type { ConflictEvidence, Problem } from '../evidence.js';
import type { Values } from '../history.js';
import type { Column, Table } from '../tables.js';
import { isAppended, piecesOf } from './pieces.js';
import { problem, type Story, same, shown, told } from './story.js';

export function checkDecisions(stories: readonly Story[]): readonly Problem[] {
  return stories.flatMap((story) =>
    story.conflicts
      .filter(({ state }) => state === 'resolved' || state === 'superseded')
      .flatMap((one) => {
        const wrong = wrongly(story.table, one);
        if (wrong === null) return [];
        const states = [one.base, one.sql, one.mongodb].map(shown).join(' / ');
        return [
          problem(
            story,
            'decision',
            `Conflict ${one.id}: ${wrong}. ${states} → ${shown(one.resolved)}; ${told(story)}`,
          ),
        ];
      }),
  );
}

/** Null: nothing is wrong, or nothing is promised. */
function wrongly(table: Table, one: ConflictEvidence): string | null {
  const { strategy, sql, mongodb, resolved } = one;
  const takes = (values: Values | null, why: string): string | null => (same(table, resolved, values) ? null : why);
  if (sql === null || mongodb === null) {
    if (strategy !== table.delete) return null;
    if (strategy === 'delete_wins') return takes(null, 'the delete should have won');
    return strategy === 'update_wins' ? takes(sql ?? mongodb, 'the update should have won') : null;
  }
  if (strategy !== table.strategy) return null;
  switch (strategy) {
    case 'prefer_sql':
      return takes(sql, 'SQL should have won');
    case 'prefer_mongodb':
      return takes(mongodb, 'MongoDB should have won');
    case 'lww':
      return same(table, resolved, sql) ? null : takes(mongodb, 'the decision is neither side’s');
    case 'merge':
      return resolved === null ? 'nothing was decided' : wrongFields(table, { ...one, sql, mongodb, resolved });
    default:
      return null;
  }
}

type Merged = ConflictEvidence & Readonly<Record<'sql' | 'mongodb' | 'resolved', Values>>;

function wrongFields(table: Table, one: Merged): string | null {
  const wrong = table.columns.filter((column) => !isRight(column, one)).map(({ name, rule }) => `${name} (${rule})`);
  return wrong.length === 0 ? null : `not as the rule says: ${wrong.join(', ')}`;
}

function isRight(column: Column, one: Merged): boolean {
  const at = (values: Values | null): string | null => values?.[column.name] ?? null;
  const [base, sql, mongodb, resolved] = [at(one.base), at(one.sql), at(one.mongodb), at(one.resolved)];
  if (column.rule === 'counter') {
    // Two inserts of one value are one.
    if (one.base === null && sql === mongodb) return resolved === sql;
    return Number(resolved) === Number(sql) + Number(mongodb) - Number(base ?? 0);
  }
  if (sql === mongodb) return resolved === sql;
  if (one.base !== null && sql === base) return resolved === mongodb;
  if (one.base !== null && mongodb === base) return resolved === sql;
  switch (column.rule) {
    case 'prefer_sql':
      return resolved === sql;
    case 'prefer_mongodb':
      return resolved === mongodb;
    case 'max':
      return Number(resolved) === Math.max(Number(sql), Number(mongodb));
    case 'set':
      return hasAll(column, one) && hasNoMore(column, one);
    case 'words':
      return !isAppended(one, column) || hasAll(column, one);
  }
}

/** What either side has, but for what the other one took away. */
function kept(column: Column, { base, sql, mongodb }: Merged): readonly string[] {
  const [before, left, right] = [base, sql, mongodb].map((values) => piecesOf(column, values)) as [
    ReadonlySet<string>,
    ReadonlySet<string>,
    ReadonlySet<string>,
  ];
  return [...new Set([...left, ...right])].filter(
    (piece) => !before.has(piece) || (left.has(piece) && right.has(piece)),
  );
}

function hasAll(column: Column, one: Merged): boolean {
  const there = piecesOf(column, one.resolved);
  return kept(column, one).every((piece) => there.has(piece));
}

function hasNoMore(column: Column, one: Merged): boolean {
  const wanted = new Set(kept(column, one));
  return [...piecesOf(column, one.resolved)].every((piece) => wanted.has(piece));
}
