import { expect, test } from 'vitest';
import { breaches } from './house-rules-of-file.js';

const header = '/** A file. */\n';

test('a short file with a header and a telling name breaks nothing', () => {
  expect(breaches('src/sync/lane-writer.ts', header)).toEqual([]);
  expect(breaches('src/sync/lane-writer.pg.test.ts', 'x\n'.repeat(500))).toEqual([]);
});

test.each([
  ['src/a/b.ts', header + 'x\n'.repeat(300)],
  ['src/utils/b.ts', header],
  ['src/a/string-helpers.ts', header],
  ['src/a/laneWriter.ts', header],
  ['src/a/b.ts', 'export const a = 1;\n'],
  // In two parts: this file must not break the rule itself.
  ['src/a/b.test.ts', `${'test'}.only('a', () => {});`],
])('%s breaks one rule', (path, text) => {
  expect(breaches(path, text)).toHaveLength(1);
});
