/** Nothing stands anywhere that no user wrote: neither at the end nor as a side's version in a conflict. Pure. */
import type { Problem } from '../evidence.js';
import type { Values } from '../history.js';
import type { Column } from '../tables.js';
import { isAppended, piecesOf } from './pieces.js';
import { problem, type Story, same, shown, told } from './story.js';

export function checkKnown(stories: readonly Story[]): readonly Problem[] {
  return stories.flatMap((story) => [...checkFinal(story), ...checkVersions(story)]);
}

function checkFinal(story: Story): readonly Problem[] {
  return (['sql', 'mongodb'] as const).flatMap((side) => {
    const final = story.final[side];
    if (final === null) return [];
    if (story.table.strategy === 'merge') return checkFields(story, final, side);
    if (written(story).some((values) => same(story.table, values, final))) return [];
    return [problem(story, 'unknown-value', `Nobody wrote ${shown(final)}, which stands on ${side}: ${told(story)}`)];
  });
}

/** Field by field: a merge makes records that nobody wrote as a whole. Sums are checked elsewhere. */
function checkFields(story: Story, final: Values, side: string): readonly Problem[] {
  return story.table.columns
    .filter(({ rule }) => rule !== 'counter')
    .filter((column) => !isKnown(story, column, final))
    .map(({ name }) =>
      problem(
        story,
        'unknown-value',
        `Nobody wrote ${final[name] ?? null} into ${name}, as it is on ${side}: ${told(story, name)}`,
      ),
    );
}

function isKnown(story: Story, column: Column, final: Values): boolean {
  if (column.rule !== 'set' && column.rule !== 'words')
    return written(story).some((values) => (values[column.name] ?? null) === (final[column.name] ?? null));
  if (column.rule === 'words' && story.conflicts.some((one) => !isAppended(one, column))) return true;
  const pieces = new Set(written(story).flatMap((values) => [...piecesOf(column, values)]));
  return [...piecesOf(column, final)].every((piece) => pieces.has(piece));
}

function written({ initial, deeds }: Story): readonly Values[] {
  return [initial, ...deeds.map(({ after }) => after)].filter((values) => values !== null);
}

/** A side's version in a conflict is what a user wrote there, what stood there first, or what an earlier conflict decided. */
function checkVersions(story: Story): readonly Problem[] {
  const decided = story.conflicts.flatMap(({ id, resolved }) => (resolved === null ? [] : [{ id, resolved }]));
  return story.conflicts.flatMap((one) =>
    (['sql', 'mongodb'] as const).flatMap((side) => {
      const version = one[side];
      if (version === null || written(story).some((values) => same(story.table, values, version))) return [];
      if (decided.some(({ id, resolved }) => id !== one.id && same(story.table, resolved, version))) return [];
      const text = `Nobody wrote ${shown(version)}, which conflict ${one.id} has as the version of ${side}: ${told(story)}`;
      return [problem(story, 'unknown-version', text)];
    }),
  );
}
