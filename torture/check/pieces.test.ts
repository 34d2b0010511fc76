/** Where a text's words can be judged. */
import { expect, test } from 'vitest';
import type { ConflictEvidence } from '../evidence.js';
import { tableNamed } from '../tables.js';
import { isAppended } from './pieces.js';

const bio = tableNamed('people').columns.find(({ name }) => name === 'bio') as NonNullable<
  ReturnType<typeof tableNamed>['columns'][number]
>;

function appended(base: string, sql: string, mongodb: string): boolean {
  const states = { base: { bio: base }, sql: { bio: sql }, mongodb: { bio: mongodb } };
  return isAppended(states as unknown as ConflictEvidence, bio);
}

test('words that both sides append are judged', () => {
  expect(appended('', 'one ', 'two ')).toBe(true);
  expect(appended('zero ', 'zero one ', 'zero two ')).toBe(true);
});

test('words are not judged where a text was changed elsewhere, or ended within a word when both went on', () => {
  expect(appended('zero ', 'one ', 'zero two ')).toBe(false);
  // An earlier merge left "s5130"; what is appended becomes one word with it, and the other side's goes in between.
  expect(appended('s5130', 's5130one ', 's5130two ')).toBe(false);
});
