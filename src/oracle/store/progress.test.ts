/** What our own transactions say of themselves comes back whole through the log, however long it is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TransactionParts } from '../../debezium/transaction-parts.js';
import { noteWrote } from './progress-statements.js';

const owner = { name: 's', lane: 3, epoch: 1 };

it('in as many changes of the progress row as it takes, each of which fits', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 3_000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, fc.option(texts)), { minLength: 1, maxLength: 5 }), (entries) => {
      const wrote = new Map(entries.map(([id, value]) => [id, [value]]));
      const parts = new TransactionParts({ position: '', open: null }, 10);
      parts.open('t');
      parts.ownProgress({ lane: 3, number: 9, wrote: null, remaining: 0 });
      for (const [piece, remaining] of noteWrote(owner, wrote).flatMap(({ rows }) => rows)) {
        expect(Buffer.byteLength(String(piece))).toBeLessThanOrEqual(4_000);
        parts.ownProgress({ lane: 3, number: 9, wrote: String(piece), remaining: Number(remaining) });
      }
      parts.commit(5, 'p');
      expect(parts.take()).toMatchObject([{ echo: { lane: 3, number: 9, wrote } }]);
    }),
  );
});
