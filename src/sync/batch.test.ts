import { expect, test } from 'vitest';
import type { SourcePart } from '../ports/change-source.js';
import { Inbox } from './batch.js';

let clock = 0;
const part = (transaction: string, count: number, last = true): { part: SourcePart; windows: []; followed: true } => ({
  windows: [],
  followed: true,
  part: {
    kind: 'part',
    position: `p${String(++clock).padStart(4, '0')}`,
    transaction,
    last,
    committedAt: clock,
    echo: null,
    changes: Array.from({ length: count }, (_, i) => ({
      entity: 'e',
      key: `${transaction}-${i}`,
      before: null,
      after: ['x'],
    })),
  },
});

test('whole transactions up to the size of a batch go together', () => {
  const inbox = new Inbox({ batch: 10, wholeTransaction: 100 });
  for (const name of ['a', 'b', 'c']) inbox.add(part(name, 4));
  const first = inbox.take();
  expect(first.changes).toBe(8);
  expect(first.alone).toBe(false);
  expect(inbox.take().changes).toBe(4);
  expect(inbox.ready).toBe(false);
  expect(inbox.changes).toBe(0);
});

test('a transaction stays whole until it is too large, then its pieces go alone', () => {
  const inbox = new Inbox({ batch: 10, wholeTransaction: 20 });
  inbox.add(part('big', 15, false));
  expect(inbox.ready).toBe(false);
  inbox.add(part('big', 15, false));
  expect(inbox.ready).toBe(true);
  expect(inbox.take()).toMatchObject({ changes: 15, alone: true, to: 'p0004' });
  expect(inbox.ready).toBe(true);
  inbox.add(part('big', 3, true));
  inbox.add(part('next', 1));
  expect(inbox.take()).toMatchObject({ changes: 15, alone: true, to: 'p0005' });
  expect(inbox.take()).toMatchObject({ changes: 3, alone: true, to: 'p0006' });
  expect(inbox.take()).toMatchObject({ changes: 1, alone: false });
  expect(inbox.changes).toBe(0);
});

test('large rows make small batches, and a transaction of them is cut however few they are', () => {
  const large = (transaction: string, count: number): { part: SourcePart; windows: []; followed: true } => {
    const { part: one, ...read } = part(transaction, count);
    const changes = one.changes.map((change) => ({ ...change, after: ['x'.repeat(8_000)] }));
    return { ...read, part: { ...one, changes } };
  };
  const inbox = new Inbox({ batch: 10, wholeTransaction: 20 });
  for (const name of ['a', 'b', 'c']) inbox.add(large(name, 1));
  expect(inbox.weight).toBe(15);
  expect(inbox.take().changes).toBe(2);
  expect(inbox.take().changes).toBe(1);
  for (const last of [false, false, true]) inbox.add({ ...large('big', 2), part: { ...large('big', 2).part, last } });
  expect(inbox.ready).toBe(true);
  expect([inbox.take(), inbox.take(), inbox.take()]).toMatchObject([
    { changes: 2, alone: true },
    { changes: 2, alone: true },
    { changes: 2, alone: true },
  ]);
  expect({ changes: inbox.changes, weight: inbox.weight, ready: inbox.ready }).toEqual({
    changes: 0,
    weight: 0,
    ready: false,
  });
});

test('a position without changes moves the last unit on, never the middle of a transaction', () => {
  const inbox = new Inbox({ batch: 10, wholeTransaction: 20 });
  inbox.passed('p9000');
  expect(inbox.take()).toMatchObject({ to: 'p9000', changes: 0 });
  inbox.add(part('a', 1, false));
  inbox.passed('p9001');
  inbox.add(part('a', 1));
  expect(inbox.take().to < 'p9001').toBe(true);
});
