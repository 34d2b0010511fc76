import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinProgress, ReadProgress } from './read-progress.js';

test('the position waits for the oldest open stretch, and what is done beyond it is a range', () => {
  const progress = new ReadProgress({ done: '0', ranges: [] });
  const first = progress.begin('1');
  const second = progress.begin('2');
  const third = progress.begin('3');
  expect(progress.finish(second)).toBe(false);
  expect(progress.position).toBe('0');
  expect(progress.toSave(third)).toEqual({
    done: '0',
    ranges: [
      ['1', '2'],
      ['2', '3'],
    ],
  });
  expect(progress.finish(first)).toBe(true);
  expect(progress.position).toBe('2');
});

test('what lanes stored in any order of commits joins to what was committed, never more', () => {
  const name = (n: number): string => String(n).padStart(3, '0');
  fc.assert(
    fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }), fc.nat(30), (order, crashAfter) => {
      const progress = new ReadProgress({ done: name(0), ranges: [] });
      const stretches = order.map((_, i) => progress.begin(name(i + 1)));
      const byOrder = stretches
        .map((stretch, i) => ({ stretch, i, at: order[i] as number }))
        .sort((a, b) => a.at - b.at);
      const lanes = [{ done: name(0), ranges: [] as (readonly [string, string])[] }];
      const committed = new Set<number>();
      for (const { stretch, i } of byOrder.slice(0, crashAfter)) {
        lanes[i % 3] = { ...progress.toSave(stretch), ranges: [...progress.toSave(stretch).ranges] };
        progress.finish(stretch);
        committed.add(i + 1);
      }
      const joined = new ReadProgress(
        joinProgress(lanes.filter(Boolean)) as NonNullable<ReturnType<typeof joinProgress>>,
      );
      for (let i = 1; i <= order.length; i++) {
        const done = name(i) <= joined.position || joined.wasDone(name(i));
        expect(done).toBe(committed.has(i));
      }
    }),
    { numRuns: 500 },
  );
});
