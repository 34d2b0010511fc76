/** A derived edit makes the version of the base, whatever the two are, and is about as large as what was edited. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../testing/random.js';
import { editedText, randomText } from '../../testing/texts.js';
import { deriveOperation } from './derive.js';
import { applyOperation, countCodePoints, type TextOperation } from './text-operation.js';

/** Code points that it inserts and deletes. */
function sizeOf(operation: TextOperation): number {
  return operation.reduce<number>((sum, component) => {
    if (typeof component === 'number') return sum;
    return sum + (typeof component === 'string' ? countCodePoints(component) : component.d);
  }, 0);
}

function prose(random: Random, words: number): string {
  return Array.from({ length: words }, () => `w${random.int(3000)}${random.pick([' ', ' ', ' ', ', ', '.\n'])}`).join(
    '',
  );
}

/** Replaces as many single words by others that stand nowhere else. */
function wordsReplaced(random: Random, text: string, count: number): string {
  const words = text.split(' ');
  for (let i = 0; i < count; i++) words[random.int(words.length)] = `new${i}`;
  return words.join(' ');
}

describe('a derived edit', () => {
  it('makes the version of the base', () => {
    for (let seed = 0; seed < 5000; seed++) {
      const random = new Random(seed);
      const base = randomText(random, 30);
      const version = random.chance(0.1) ? randomText(random, 30) : editedText(random, base, random.int(5));
      const operation = deriveOperation(base, version);
      if (applyOperation(base, operation) !== version) expect.fail(`seed ${seed}`);
      if (base === version) expect(operation).toEqual([]);
    }
  });

  it('says where a character was inserted or deleted', () => {
    expect(deriveOperation('Hello world', 'Hello beautiful world')).toEqual([6, 'beautiful ']);
    expect(deriveOperation('Hello world', 'world')).toEqual([{ d: 6 }]);
    expect(deriveOperation('colour and flavour', 'color and flavor!')).toEqual([4, { d: 1 }, 11, { d: 1 }, 1, '!']);
  });

  it('replaces a grapheme cluster as a whole', () => {
    expect(deriveOperation('a👨‍👩‍👧b', 'a👨‍👩‍👦b')).toEqual([1, '👨‍👩‍👦', { d: 5 }]);
    expect(deriveOperation('a\r\nb', 'a\nb')).toEqual([1, '\n', { d: 2 }]);
    expect(deriveOperation('cafe', 'cafe\u0301')).toEqual([3, 'e\u0301', { d: 1 }]);
  });

  it('takes words that are alike by chance for replaced', () => {
    expect(deriveOperation('a banana', 'a coconut')).toEqual([2, 'coconut', { d: 6 }]);
  });

  it('reads an insert that may stand in several places in one way', () => {
    expect(deriveOperation('the big cat', 'the big big cat')).toEqual([8, 'big ']);
    expect(deriveOperation('one. the big cat', 'two. the big big cat')).toEqual(['two', { d: 3 }, 10, 'big ']);
    expect(deriveOperation('one. the big big cat', 'two. the big cat')).toEqual(['two', { d: 3 }, 10, { d: 4 }]);
  });

  it.each([
    ['prose', prose(new Random(1), 20_000)],
    ['one sentence over and over', 'The quick brown fox jumps over the lazy dog. '.repeat(2000)],
  ])('finds a thousand edits in a long text: %s', (_, base) => {
    const version = wordsReplaced(new Random(2), base, 1000);
    const operation = deriveOperation(base, version);
    expect(applyOperation(base, operation)).toBe(version);
    expect(sizeOf(operation)).toBeLessThan(20_000);
  });

  it('finds a large block, and edits around it', () => {
    const random = new Random(3);
    const base = prose(random, 10_000);
    const middle = base.indexOf(' ', base.length / 2) + 1;
    const block = prose(random, 5000);
    const version =
      wordsReplaced(random, base.slice(0, middle), 50) + block + wordsReplaced(random, base.slice(middle), 50);
    const operation = deriveOperation(base, version);
    expect(applyOperation(base, operation)).toBe(version);
    expect(sizeOf(operation)).toBeLessThan(block.length + 2500);
  });

  it('goes through a very long text line by line, then word by word', () => {
    const random = new Random(4);
    const base = prose(random, 150_000);
    const version = wordsReplaced(random, base, 300);
    const operation = deriveOperation(base, version);
    expect(base.length).toBeGreaterThan(600_000);
    expect(applyOperation(base, operation)).toBe(version);
    expect(sizeOf(operation)).toBeLessThan(6000);
  });

  it('replaces only the middle of a line that is too long to look at', () => {
    const line = 'one line '.repeat(300_000);
    const version = `start ${line.slice(0, 9)}new ${line.slice(9)} end`;
    const operation = deriveOperation(line, version);
    expect(applyOperation(line, operation)).toBe(version);
    expect(deriveOperation(line, `${line.slice(0, 9)}new ${line.slice(9)}`)).toEqual([9, 'new ']);
  });

  it('ends soon where nothing is alike', () => {
    const letters = (seed: number): string => {
      const random = new Random(seed);
      return Array.from({ length: 20_000 }, () => String.fromCharCode(97 + random.int(26))).join(' ');
    };
    const [base, version] = [letters(1), letters(2)];
    expect(applyOperation(base, deriveOperation(base, version))).toBe(version);
  });
});
