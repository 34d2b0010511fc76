import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heirsOf } from '../model/share.js';
import { murmur2, partitionOf } from './partition.js';

test('murmur2 is the one of Kafka’s clients', () => {
  // From the tests of Apache Kafka's own implementation (UtilsTest).
  const known: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [text, hash] of known) expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('the heirs of a share have its records, whatever their keys', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(2, 3, 12), fc.constantFrom(2, 3), (key, before, times) => {
      const ref = { entity: 'public.e', key };
      const heirs = heirsOf(partitionOf(ref, before), before, before * times);
      expect(heirs).toContain(partitionOf(ref, before * times));
    }),
  );
});
