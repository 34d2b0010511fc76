import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantFromMs } from './canonical-time.js';

test('an instant is spelled as toISOString does, in all years that it spells without a sign', () => {
  const from = Date.parse('0000-01-01T00:00:00Z');
  const to = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), (ms) => expect(instantFromMs(ms)).toBe(new Date(ms).toISOString())),
    { numRuns: 2000 },
  );
  for (const ms of [from, to, -1, 0, Date.UTC(2024, 1, 29), Date.UTC(1900, 1, 28, 23)])
    expect(instantFromMs(ms)).toBe(new Date(ms).toISOString());
});
