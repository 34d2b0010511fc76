import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedPart, keyText, refusalOf, same, valueText } from './value.js';

test.each([
  [null, 'null'],
  ['', ''],
  [12, '12'],
  [{ $numberDecimal: '12.50' }, '12.50'],
  [{ $date: '2026-01-01T00:00:00.000Z' }, '2026-01-01T00:00:00.000Z'],
  [{ $binary: { base64: 'EjRWeBI0VngSNFZ4EjRWeA==', subType: '04' } }, '12345678-1234-5678-1234-567812345678'],
  [['a', 'b'], '["a","b"]'],
  [{ a: { b: 1 } }, '{\n  "a": {\n    "b": 1\n  }\n}'],
])('%j is shown as %j', (value, text) => {
  expect(valueText(value)).toBe(text);
});

test('keys stand in one line, one that cannot cross too', () => {
  expect(keyText(7)).toBe('7');
  expect(keyText({ region: 'eu', id: 7 })).toBe('region=eu, id=7');
  expect(keyText({ $oid: '65f0c0ffee0000000000cafe' })).toBe('65f0c0ffee0000000000cafe');
  expect(keyText({ $refused: 'an ObjectId', $text: 'abc' })).toBe('abc');
});

test('the order of keys makes no difference, everything else does', () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  expect(same(undefined, null)).toBe(true);
  expect(same('1', 1)).toBe(false);
  expect(same([1, 2], [2, 1])).toBe(false);
  fc.assert(fc.property(fc.jsonValue(), (value) => same(value, JSON.parse(JSON.stringify(value)))));
});

test('a refusal is told from an object with other keys', () => {
  expect(refusalOf({ $refused: 'too long', $text: 'x' })).toEqual({ reason: 'too long', text: 'x' });
  expect(refusalOf({ refused: 1 })).toBe(null);
  expect(refusalOf('x')).toBe(null);
});

test('the changed part with what stands around it is the whole text', () => {
  expect(changedPart('Ada Lovelace', 'Ada 7')).toEqual({ start: 'Ada ', changed: 'Lovelace', end: '' });
  expect(changedPart('world', 'Hello world')).toEqual({ start: '', changed: '', end: 'world' });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, from) => {
      const { start, changed, end } = changedPart(text, from);
      expect(start + changed + end).toBe(text);
      expect(from.startsWith(start) && from.endsWith(end)).toBe(true);
    }),
  );
});
