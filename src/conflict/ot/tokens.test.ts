/** No border of ours stands inside a grapheme cluster. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../testing/random.js';
import { clustersOf, linesOf, wordPattern, wordsOf } from './tokens.js';
import { isClusterStart, isWordStart } from './unchanged-ends.js';

/** Single code points that join others, and some that do not. */
const points = [
  ...'a1_ .\r\n\t',
  ...'\u0301\u200d\u200c\ufe0f\u{1f3fd}\u{e0067}\u20e3',
  ...'👨👩😀❤🇩🇪🇫',
  ...'\u1100\u1161\u11a8한글',
  ...'क्षि\u094d\u0930กำ\u0e31ລ\u0eb3',
  ...'\u0600\u06dd\u0661ع\u{110bd}',
  ...'字ひ\u3099ガｶ\uff9e',
  ...'é𝒳ж',
];

function texts(count: number): readonly string[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => {
    return Array.from({ length: random.int(10) }, () => random.pick(points)).join('');
  });
}

/** UTF-16 offsets where pieces begin. */
function borders(pieces: readonly string[]): readonly number[] {
  let at = 0;
  return pieces.map((piece) => {
    at += piece.length;
    return at;
  });
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function trueBorders(text: string): ReadonlySet<number> {
  return new Set(borders([...segmenter.segment(text)].map(({ segment }) => segment)));
}

describe('tokens', () => {
  it('lose nothing and cut no cluster', () => {
    for (const text of texts(5000)) {
      const allowed = trueBorders(text);
      for (const pieces of [clustersOf(text), wordsOf(text)]) {
        expect(pieces.join('')).toBe(text);
        for (const border of borders(pieces)) if (!allowed.has(border)) expect.fail(JSON.stringify([text, pieces]));
      }
    }
  });

  it('are the same words by the short ways', () => {
    const random = new Random(6);
    const pieces = [...points, ...'abc _ 9\t\n\n\r\n'];
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random.int(30) }, () => random.pick(i % 3 ? pieces : [...'ab_1 .\t\n\r'])).join(
        '',
      );
      if (JSON.stringify(wordsOf(text)) !== JSON.stringify(text.match(wordPattern) ?? []))
        expect.fail(JSON.stringify(text));
    }
  });

  it('are lines', () => {
    for (const text of texts(1000)) expect(linesOf(text).join('')).toBe(text);
    expect(linesOf('one\r\n\ntwo')).toEqual(['one\r\n', '\n', 'two']);
  });

  it('are single clusters, and words with their blanks', () => {
    expect(clustersOf('e\u0301👨‍👩‍👧\r\n🇩🇪🇫🇷x')).toEqual(['e\u0301', '👨‍👩‍👧', '\r\n', '🇩🇪', '🇫🇷', 'x']);
    expect(wordsOf('one  two,\r\nдва 字字 e\u0301té')).toEqual([
      'one  ',
      'two',
      ',',
      '\r\n',
      'два ',
      '字',
      '字',
      ' ',
      'e\u0301té',
    ]);
  });

  it('begin wherever the unchanged ends are cut', () => {
    for (const text of texts(5000)) {
      const [words, clusters] = [new Set(borders(wordsOf(text))), new Set(borders(clustersOf(text)))];
      for (let at = 1; at < text.length; at++) {
        if (isWordStart(text, at)) expect(words.has(at)).toBe(true);
        if (isClusterStart(text, at)) expect(clusters.has(at)).toBe(true);
      }
    }
  });
});
