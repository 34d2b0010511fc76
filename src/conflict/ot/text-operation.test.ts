/** An operation counts code points, whatever they take in UTF-16. */
import { describe, expect, it } from 'vitest';
import { applyOperation, countCodePoints, OperationWriter } from './text-operation.js';

describe('an operation', () => {
  it('counts code points', () => {
    expect(countCodePoints('a😀e\u0301\r\n')).toBe(6);
    expect(applyOperation('😀😀b', [1, 'x', { d: 1 }])).toBe('😀xb');
    expect(applyOperation('a\r\nb', [1, { d: 2 }])).toBe('ab');
  });

  it('retains the rest, and does not reach beyond its text', () => {
    expect(applyOperation('abc', [])).toBe('abc');
    expect(applyOperation('abc', [3, 'd'])).toBe('abcd');
    expect(() => applyOperation('😀', [2])).toThrow(RangeError);
  });

  it('is written in normal form', () => {
    const writer = new OperationWriter();
    writer.retain(1);
    writer.retain(1);
    writer.delete(1);
    writer.insert('x');
    writer.retain(0);
    writer.delete(2);
    writer.insert('y');
    writer.retain(4);
    expect(writer.finish()).toEqual([2, 'xy', { d: 3 }]);
  });
});
