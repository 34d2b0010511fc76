/** What a merged text keeps, and that both orders merge alike; transform.test.ts has the law itself. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../testing/random.js';
import { editedText, randomText } from '../../testing/texts.js';
import { deriveOperation } from './derive.js';
import { mergeText } from './merge-text.js';
import { shareInserts } from './share-inserts.js';
import { applyOperation } from './text-operation.js';
import { transformOperation } from './transform.js';

const rounds = 2000;

interface Versions {
  readonly base: string;
  readonly sql: string;
  readonly mongodb: string;
}

function versionsOf(random: Random): Versions {
  const base = randomText(random, 20);
  return {
    base,
    sql: editedText(random, base, 1 + random.int(3)),
    mongodb: editedText(random, base, 1 + random.int(3)),
  };
}

/** The merge as MongoDB's side would do it: SQL's edit over its own. */
function mergedFromMongodb({ base, sql, mongodb }: Versions): string {
  const edits = shareInserts(deriveOperation(base, sql), deriveOperation(base, mongodb));
  return applyOperation(mongodb, transformOperation({ operation: edits.sql, side: 'sql', over: edits.mongodb }));
}

describe('a merged text', () => {
  it.each([
    ['Hello world', 'Hello beautiful world', 'world', 'beautiful world'],
    ['Hello world', 'world', 'Hello beautiful world', 'beautiful world'],
    ['abc', 'aXbc', 'abYc', 'aXbYc'],
    ['', 'sql', 'mongodb', 'sqlmongodb'],
    ['one two three', 'one three', 'one', 'one'],
    ['one two three four', 'one four', 'one two four', 'one four'],
    ['a b', 'a x b', 'start a x b', 'start a x b'],
    ['list', 'list\r\n- same', 'list\r\n- same\r\n- more', 'list\r\n- same\r\n- same\r\n- more'],
    ['👨‍👩‍👧 at 1', '👨‍👩‍👦 at 1', '👨‍👩‍👧 at 2', '👨‍👩‍👦 at 2'],
    ['a\r\nb', 'a\nb', 'a\r\nb!', 'a\nb!'],
  ])('of %j with %j and %j is %j', (base, sql, mongodb, merged) => {
    expect(mergeText(base, sql, mongodb)).toBe(merged);
  });

  it('is the same from both sides, and whole', () => {
    for (let seed = 0; seed < rounds; seed++) {
      const versions = versionsOf(new Random(seed));
      const merged = mergeText(versions.base, versions.sql, versions.mongodb);
      if (merged !== mergedFromMongodb(versions)) expect.fail(`seed ${seed}: ${JSON.stringify(versions)}`);
      if (/\p{Surrogate}/u.test(merged)) expect.fail(`seed ${seed}: half of a pair`);
    }
  });

  it('is the other version where one side changed nothing', () => {
    for (let seed = 0; seed < rounds; seed++) {
      const { base, sql } = versionsOf(new Random(seed));
      expect(mergeText(base, sql, base)).toBe(sql);
      expect(mergeText(base, base, sql)).toBe(sql);
      expect(mergeText(base, sql, sql)).toBe(sql);
    }
  });

  it('has every insert of both sides, once', () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = new Random(seed);
      const base = randomText(random, 20);
      const sql = insertMarks(random, base, ['<S1>', '<S2>', '<S3>']);
      const mongodb = insertMarks(random, base, ['<M1>', '<M2>', '<M3>']);
      const marks = mergeText(base, sql, mongodb).match(/<..>/g) ?? [];
      if (marks.toSorted().join('') !== '<M1><M2><M3><S1><S2><S3>') expect.fail(`seed ${seed}: ${marks.join('')}`);
    }
  });

  it('has no cluster that neither side had', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const clusters = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);
    for (let seed = 0; seed < rounds; seed++) {
      const random = new Random(seed);
      const base = randomText(random, 20);
      const edited = (): string => {
        const pieces = clusters(base);
        for (let i = 0; i < 3; i++) pieces.splice(random.int(pieces.length + 1), random.int(3), randomText(random, 2));
        return pieces.join('');
      };
      const [sql, mongodb] = [edited(), edited()];
      const known = new Set([base, sql, mongodb].flatMap(clusters));
      const strange = clusters(mergeText(base, sql, mongodb)).filter((cluster) => !known.has(cluster));
      if (strange.length > 0) expect.fail(`seed ${seed}: ${JSON.stringify([base, sql, mongodb, strange])}`);
    }
  });
});

/** The marks in their order, at random borders of clusters. */
function insertMarks(random: Random, base: string, marks: readonly string[]): string {
  const pieces = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(base)].map(({ segment }) => segment);
  for (const mark of marks) pieces.splice(random.int(pieces.length + 1), 0, mark);
  return pieces.join('');
}
