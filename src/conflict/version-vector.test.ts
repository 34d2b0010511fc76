/** Vectors: a partial order, and the merge as its least upper bound. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVectors,
  increment,
  mergeVectors,
  type Position,
  parseVector,
  type VersionVector,
} from './version-vector.js';

const big = 2n ** 53n;
/** Few, close to each other and beyond 2^53, where doubles would call neighbours equal. */
const position: fc.Arbitrary<Position> = fc
  .constantFrom(0n, 1n, 2n, big - 1n, big, big + 1n, 2n ** 63n, 2n ** 64n - 1n)
  .chain((exact) => {
    const forms: Position[] = [exact, exact.toString()];
    return fc.constantFrom(...forms, ...(exact < big ? [Number(exact)] : []));
  });
const vector: fc.Arbitrary<VersionVector> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('sql', 'mongodb', 'constructor', '7'), position), {
    selector: ([actor]) => actor,
    maxLength: 3,
  })
  .map((entries) => parseVector(Object.fromEntries(entries)));

const mirrored = { before: 'after', after: 'before', concurrent: 'concurrent', equal: 'equal' } as const;
const runs = { numRuns: 3000 };

function notAfter(a: VersionVector, b: VersionVector): boolean {
  return ['before', 'equal'].includes(compareVectors(a, b));
}

describe('compareVectors', () => {
  it('is a partial order', () => {
    const law = fc.property(vector, vector, vector, (a, b, c) => {
      expect(compareVectors(a, a)).toBe('equal');
      expect(compareVectors(b, a)).toBe(mirrored[compareVectors(a, b)]);
      if (notAfter(a, b) && notAfter(b, c)) expect(notAfter(a, c)).toBe(true);
    });
    fc.assert(law, runs);
  });

  it('says before, after, concurrent and equal', () => {
    expect(compareVectors({ sql: 1 }, { sql: 2 })).toBe('before');
    expect(compareVectors({ sql: 2, mongodb: 1 }, { sql: 2 })).toBe('after');
    expect(compareVectors({ sql: 2, mongodb: 1 }, { sql: 1, mongodb: 2 })).toBe('concurrent');
    expect(compareVectors({ sql: 0 }, {})).toBe('equal');
    expect(compareVectors({ sql: '5' }, { sql: 5n })).toBe('equal');
  });

  it('tells positions apart that a double would not', () => {
    expect(compareVectors({ sql: '9007199254740993' }, { sql: '9007199254740992' })).toBe('after');
    expect(compareVectors({ sql: '10' }, { sql: '9' })).toBe('after');
  });

  it('takes an absent actor for 0, whatever it is called', () => {
    expect(compareVectors({}, { constructor: 1 } as never)).toBe('before');
    expect(compareVectors({ toString: 1 } as never, {})).toBe('after');
  });
});

describe('mergeVectors', () => {
  it('is the least upper bound', () => {
    const law = fc.property(vector, vector, vector, (a, b, c) => {
      const merged = mergeVectors(a, b);
      expect(notAfter(a, merged) && notAfter(b, merged)).toBe(true);
      if (notAfter(a, c) && notAfter(b, c)) expect(notAfter(merged, c)).toBe(true);
    });
    fc.assert(law, runs);
  });

  it('is commutative, associative and idempotent, to the form of each position', () => {
    const law = fc.property(vector, vector, vector, (a, b, c) => {
      expect(mergeVectors(a, b)).toStrictEqual(mergeVectors(b, a));
      expect(mergeVectors(mergeVectors(a, b), c)).toStrictEqual(mergeVectors(a, mergeVectors(b, c)));
      expect(mergeVectors(a, a)).toStrictEqual(a);
    });
    fc.assert(law, { numRuns: 2000 });
  });
});

describe('increment', () => {
  it('comes after what it was, by one step of one actor', () => {
    const law = fc.property(vector, fc.constantFrom('sql', 'mongodb', 'new'), (a, actor) => {
      if (BigInt(a[actor] ?? 0) === 2n ** 64n - 1n) expect(() => increment(a, actor)).toThrow(/cannot pass/);
      else expect(compareVectors(a, increment(a, actor))).toBe('before');
    });
    fc.assert(law, runs);
  });

  it('keeps the form of a position while it can', () => {
    expect(increment({}, 'sql')).toStrictEqual({ sql: 1 });
    expect(increment({ sql: '9' }, 'sql')).toStrictEqual({ sql: '10' });
    expect(increment({ sql: 9n }, 'sql')).toStrictEqual({ sql: 10n });
    expect(increment({ sql: Number.MAX_SAFE_INTEGER }, 'sql')).toStrictEqual({ sql: '9007199254740992' });
  });
});

describe('parseVector', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['an array', [1]],
    ['a text', '{"sql":1}'],
    ['a negative position', { sql: -1 }],
    ['a fraction', { sql: 0.5 }],
    ['a number that was rounded', { sql: 2 ** 53 }],
    ['text that is no number', { sql: 'x' }],
    ['text with zeros before', { sql: '007' }],
    ['more than 64 bits', { sql: '18446744073709551616' }],
    ['more than 64 bits as a bigint', { sql: 2n ** 64n }],
    ['null for a position', { sql: null }],
    ['a vector in a vector', { sql: { a: 1 } }],
    ['no name', { '': 1 }],
    ['__proto__', JSON.parse('{"__proto__":1}')],
    ['too many actors', Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`a${at}`, at]))],
  ])('refuses %s', (_, json) => {
    expect(() => parseVector(json)).toThrow(expect.objectContaining({ code: 'vector_invalid' }));
  });
});
