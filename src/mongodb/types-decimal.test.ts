/** Our own reading and writing of Decimal128 against the library's. */
import fc from 'fast-check';
import { Decimal128 } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { plainDecimal } from '../model/canonical-number.js';
import { readDecimal, writeDecimal } from './types-decimal.js';

const bytesOf = (decimal: Decimal128): Buffer => Buffer.from(decimal.bytes);

describe('readDecimal and writeDecimal', () => {
  it('say what the library says', () => {
    const digits = fc.oneof(
      fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n }),
      fc.maxSafeInteger().map(BigInt),
      fc.integer().map(BigInt),
    );
    const exponents = fc.oneof(fc.integer({ min: -6176, max: 6111 }), fc.integer({ min: -40, max: 40 }));
    fc.assert(
      fc.property(digits, exponents, (n, exponent) => {
        const theirs = Decimal128.fromString(`${n}E${exponent}`);
        const plain = readDecimal(bytesOf(theirs), 0);
        expect(plain).toBe(plainDecimal(theirs.toString()));
        expect(readDecimal(bytesOf(writeDecimal(plain)), 0)).toBe(plain);
        if (!plain.includes('.') && plain.length < 30)
          expect(writeDecimal(plain).toString()).toBe(Decimal128.fromString(plain).toString());
      }),
      { numRuns: 10_000 },
    );
  });

  it('writes the bytes of the library', () => {
    for (const plain of [
      '0',
      '1',
      '-1',
      '1.5',
      '-0.001',
      '999999999999999',
      '0.00000000000001',
      '4294967296',
      'NaN',
      'Infinity',
      '-Infinity',
    ])
      expect(bytesOf(writeDecimal(plain)).toString('hex'), plain).toBe(
        bytesOf(Decimal128.fromString(plain)).toString('hex'),
      );
    expect(readDecimal(bytesOf(Decimal128.fromString('-0')), 0)).toBe('0');
    expect(readDecimal(bytesOf(Decimal128.fromString('-Infinity')), 0)).toBe('-Infinity');
    expect(readDecimal(bytesOf(Decimal128.fromString('NaN')), 0)).toBe('NaN');
  });
});
