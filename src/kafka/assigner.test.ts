import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Member, shareOut } from './assigner.js';

const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
const partitions = fc.integer({ min: 1, max: 40 });

test('every partition has one member, and no member has two more than another', () => {
  fc.assert(
    fc.property(members, partitions, fc.infiniteStream(fc.array(fc.nat(50), { maxLength: 20 })), (ids, count, has) => {
      const known = ids.map((id): Member => ({ id, has: has.next().value ?? [] }));
      const shares = [...shareOut(known, count).values()];
      expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, partition) => partition));
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('who leaves or joins moves no more partitions than must move', () => {
  fc.assert(
    fc.property(members, partitions, (ids, count) => {
      const before = shareOut(
        ids.map((id) => ({ id, has: [] })),
        count,
      );
      const has = (id: string): readonly number[] => before.get(id) ?? [];
      expect(
        shareOut(
          ids.map((id) => ({ id, has: has(id) })),
          count,
        ),
      ).toEqual(before);
      const more = shareOut(
        [...ids, 'newcomer'].map((id) => ({ id, has: has(id) })),
        count,
      );
      for (const id of ids) for (const partition of more.get(id) ?? []) expect(has(id)).toContain(partition);
    }),
  );
});
