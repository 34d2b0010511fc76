import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.js';

it('lets an address make so many requests a second and twice as many at once, whatever others do', () => {
  const steps = fc.array(fc.record({ after: fc.integer({ min: 0, max: 400 }), address: fc.constantFrom('a', 'b') }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (perSecond, requests) => {
      let now = 0;
      const limit = new RateLimit({ perSecond, now: () => now });
      const letIn: Record<string, number> = { a: 0, b: 0 };
      for (const { after, address } of requests) {
        now += after;
        if (limit.take(address)) letIn[address] = (letIn[address] ?? 0) + 1;
      }
      for (const count of Object.values(letIn))
        expect(count).toBeLessThanOrEqual(2 * perSecond + (now / 1000) * perSecond);
    }),
  );
});

it('refuses after wrong tokens, and lets in again with time', () => {
  let now = 0;
  const limit = new RateLimit({ perSecond: 10, now: () => now });
  expect(limit.take('a')).toBe(true);
  limit.charge('a', 50);
  expect([limit.take('a'), limit.take('b')]).toEqual([false, true]);
  now = 5200;
  expect(limit.take('a')).toBe(true);
});
