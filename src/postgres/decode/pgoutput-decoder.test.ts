/** The decoder, message by message and by random transactions, from bytes made by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordId } from '../../model/record.js';
import type { SourceEvent, SourcePart } from '../../ports/change-source.js';
import { changes, decode, describeA, describeB, transaction } from './decode-bytes.js';
import { bytes, type Cell } from './pgoutput-bytes.js';
import { readPosition } from './position.js';

const progressColumns = ['name', 'lane', 'epoch', 'number', 'saved', 'wrote'].map((name) => ({ name }));
const describeProgress = bytes.relation(9, 'isthmus.progress', progressColumns);

describe('rows', () => {
  test('insert, update and delete, without the column that is not mapped', () => {
    const events = decode(
      transaction(
        0x10n,
        describeA,
        bytes.insert(1, ['1', 'secret', 'grün 🌿', null]),
        bytes.update(1, ['1', 'secret', 'grün 🌿', null], ['1', 'other', 'z', 'long '.repeat(30)]),
        bytes.delete(1, ['1', 'other', 'z', 'long '.repeat(30)]),
      ),
    );
    expect(events).toEqual([
      {
        kind: 'part',
        position: '0000000000000010:~',
        transaction: '0000000000000010',
        last: true,
        committedAt: 1_700_000_000_123,
        echo: null,
        changes: [
          { entity: 'public.a', key: '1', before: null, after: ['grün 🌿', null] },
          { entity: 'public.a', key: '1', before: ['grün 🌿', null], after: ['z', 'long '.repeat(30)] },
          { entity: 'public.a', key: '1', before: ['z', 'long '.repeat(30)], after: null },
        ],
      },
    ]);
  });

  test('a value that is kept out of line and unchanged is the before-image’s', () => {
    const events = decode(
      transaction(0x10n, describeA, bytes.update(1, ['1', 's', 'big', 'y'], ['1', undefined, undefined, 'z'])),
    );
    expect(changes(events)).toEqual([{ entity: 'public.a', key: '1', before: ['big', 'y'], after: ['big', 'z'] }]);
  });

  test('a new primary key is a delete and an insert', () => {
    const events = decode(transaction(0x10n, describeB, bytes.update(2, ['1', 'a', 'v'], ['1', 'b', 'w'])));
    expect(changes(events)).toEqual([
      { entity: 'public.b', key: '["1","a"]', before: ['v'], after: null },
      { entity: 'public.b', key: '["1","b"]', before: null, after: ['w'] },
    ]);
  });

  test('a table that is not mapped is passed over, and so is a transaction of only such', () => {
    expect(decode(transaction(0x10n, bytes.relation(5, 'public.z', [{ name: 'id' }]), bytes.insert(5, ['1'])))).toEqual(
      [],
    );
    expect(decode(transaction(0x10n, bytes.insert(77, ['1'])))).toEqual([]);
  });

  test('origin and type are passed over', () => {
    const events = decode(
      transaction(
        0x10n,
        bytes.origin('elsewhere'),
        bytes.type(999, 'mood'),
        describeA,
        bytes.insert(1, ['1', null, 'x', 'y']),
      ),
    );
    expect(changes(events)).toHaveLength(1);
  });

  test('a message of unknown kind stops loudly', () => {
    expect(() => decode([Buffer.from('S')])).toThrow(/unknown kind/);
  });
});

describe('transactions of ours', () => {
  const row = (name: string, wrote: string | null, number = '41'): readonly Cell[] => [
    name,
    '3',
    '7',
    number,
    undefined,
    wrote,
  ];

  test('are told by our progress row, with what was written', () => {
    const id = recordId({ entity: 'public.a', key: '1' });
    const wrote = JSON.stringify({ [id]: ['x', '\u0000t["no","v"]'] });
    const events = decode(
      transaction(
        0x10n,
        describeProgress,
        bytes.update(9, null, row('shop', wrote)),
        describeA,
        bytes.insert(1, ['1', null, 'x', 'y']),
      ),
    );
    expect(events[0]).toMatchObject({
      echo: { lane: 3, number: 41, wrote: new Map([[id, ['x', '\u0000t["no","v"]']]]) },
    });
    expect(changes(events)).toHaveLength(1);
  });

  test('come in one part, however large, and also when they hold no record', () => {
    const inserts = Array.from({ length: 10 }, (_, i) => bytes.insert(1, [String(i), null, 'x', 'y']));
    const progress = bytes.update(9, null, row('shop', null));
    expect(decode(transaction(0x10n, describeProgress, progress, describeA, ...inserts), { partSize: 3 })).toHaveLength(
      1,
    );
    expect(decode(transaction(0x10n, describeProgress, progress))).toMatchObject([
      { changes: [], echo: { lane: 3, number: 41 }, last: true },
    ]);
  });

  test('of another sync are ordinary ones', () => {
    const events = decode(
      transaction(
        0x10n,
        describeProgress,
        bytes.update(9, null, row('other', null)),
        describeA,
        bytes.insert(1, ['1', null, 'x', 'y']),
      ),
    );
    expect(events).toMatchObject([{ echo: null, changes: [{ key: '1' }] }]);
  });

  test('that only made a lane are none', () => {
    expect(decode(transaction(0x10n, describeProgress, bytes.insert(9, row('shop', null, '0'))))).toEqual([]);
  });

  test('are told also after the replica identity of the progress row was changed', () => {
    const update = bytes.update(9, row('shop', null, '40'), row('shop', null));
    expect(decode(transaction(0x10n, describeProgress, update))).toMatchObject([{ echo: { number: 41 } }]);
  });
});

describe('marks', () => {
  test('of this sync are events after their transaction; others and those outside of a transaction are not', () => {
    const events = decode([
      bytes.message('isthmus_shop', 'x', false),
      ...transaction(0x10n, bytes.message('isthmus_shop', 'mark 1'), bytes.message('isthmus_shop2', 'mark 2')),
    ]);
    expect(events).toEqual([{ kind: 'mark', position: '0000000000000010:~', id: 'mark 1' }]);
  });
});

describe('large transactions', () => {
  const inserts = Array.from({ length: 7 }, (_, i) => bytes.insert(1, [String(i), null, 'x', 'y']));
  const whole = transaction(0xabcn, describeA, ...inserts);
  const parts = (events: readonly SourceEvent[]) =>
    events.filter((event): event is SourcePart => event.kind === 'part');

  test('come in parts whose positions sort', () => {
    const found = parts(decode(whole, { partSize: 3 }));
    expect(found.map(({ position, last, changes: { length } }) => [position, last, length])).toEqual([
      ['0000000000000abc:0000000003', false, 3],
      ['0000000000000abc:0000000006', false, 3],
      ['0000000000000abc:~', true, 1],
    ]);
    expect(found.map(({ position }) => position).toSorted()).toEqual(found.map(({ position }) => position));
  });

  test('are taken up behind any part, and end with a last part even if nothing is left', () => {
    for (let count = 1; count <= 7; count++) {
      const from = readPosition(`0000000000000abc:${String(count).padStart(10, '0')}`);
      const found = parts(decode(whole, { partSize: 3, from }));
      expect(found.flatMap((part) => part.changes).map(({ key }) => key)).toEqual(
        ['0', '1', '2', '3', '4', '5', '6'].slice(count),
      );
      expect(found.at(-1)).toMatchObject({ last: true, position: '0000000000000abc:~' });
    }
  });
});

test('any sequence of changes is read back as it was written', () => {
  const value = fc.option(
    fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\u0000')),
    { nil: null },
  );
  const state = fc.tuple(value, value);
  const change = fc
    .record({
      key: fc.string({ minLength: 1, maxLength: 5 }),
      before: fc.option(state, { nil: null }),
      after: fc.option(state, { nil: null }),
    })
    .filter(({ before, after }) => before !== null || after !== null);
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (written, partSize) => {
        const messages = written.map(({ key, before, after }) => {
          const row = (each: readonly Cell[]): readonly Cell[] => [key, 'ignored', ...each];
          if (before === null) return bytes.insert(1, row(after as readonly Cell[]));
          if (after === null) return bytes.delete(1, row(before));
          // What did not change may come as the placeholder.
          return bytes.update(
            1,
            row(before),
            row(after.map((cell, i) => (cell === before[i] && cell !== null ? undefined : cell))),
          );
        });
        const read = changes(decode(transaction(0x10n, describeA, ...messages), { partSize }));
        expect(read).toEqual(written.map((each) => ({ entity: 'public.a', ...each })));
      },
    ),
    { numRuns: 500 },
  );
});
