/** Shared inserts leave both sides' versions as they are. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../testing/random.js';
import { editedText, randomText } from '../../testing/texts.js';
import { deriveOperation } from './derive.js';
import { shareInserts } from './share-inserts.js';
import { applyOperation } from './text-operation.js';

describe('shared inserts', () => {
  it('are taken out of both edits, where they are the same in the same place', () => {
    const shared = shareInserts([1, 'x', { d: 2 }, 1, 'y'], [1, 'x', 3, 'z']);
    expect(shared).toEqual({ both: [1, 'x'], sql: [2, { d: 2 }, 1, 'y'], mongodb: [5, 'z'] });
  });

  it('are not shared where place or text differ', () => {
    const [sql, mongodb] = [
      [1, 'x', 2, 'y'],
      [2, 'x', 1, 'yy'],
    ];
    expect(shareInserts(sql, mongodb)).toEqual({ both: [], sql, mongodb });
  });

  it('make each side’s version with the rest of its edit', () => {
    let found = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const random = new Random(seed);
      const base = randomText(random, 10);
      const agreed = editedText(random, base, 2);
      const [sql, mongodb] = [editedText(random, agreed, 1), editedText(random, agreed, 1)];
      const edits = shareInserts(deriveOperation(base, sql), deriveOperation(base, mongodb));
      const common = applyOperation(base, edits.both);
      if (applyOperation(common, edits.sql) !== sql) expect.fail(`seed ${seed}, sql`);
      if (applyOperation(common, edits.mongodb) !== mongodb) expect.fail(`seed ${seed}, mongodb`);
      if (edits.both.length > 0) found++;
    }
    expect(found).toBeGreaterThan(500);
  });
});
