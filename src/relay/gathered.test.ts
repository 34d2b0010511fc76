import { expect, test } from 'vitest';
import type { SourceEvent } from '../ports/change-source.js';
import { Gathered } from './gathered.js';

const mark = (n: number): SourceEvent => ({ kind: 'mark', position: String(n).padStart(6, '0'), id: `m${n}` });

/** What it reads is told by hand. Fails where it is asked twice at once. */
class HandReader {
  private waiting: { give: (events: SourceEvent[]) => void; fail: (error: Error) => void } | null = null;
  asked = 0;

  next(): Promise<readonly SourceEvent[]> {
    if (this.waiting !== null) throw new Error('asked twice at once');
    this.asked += 1;
    return new Promise((give, fail) => {
      this.waiting = { give, fail };
    });
  }

  async give(...numbers: number[]): Promise<void> {
    this.waiting?.give(numbers.map(mark));
    this.waiting = null;
    await settled();
  }

  fail(): void {
    this.waiting?.fail(new Error('the log broke'));
    this.waiting = null;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function underWay(): { readonly work: Promise<void>; readonly end: () => void; readonly fail: () => void } {
  let end = (): void => {};
  let fail = (): void => {};
  const work = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = () => reject(new Error('the broker is away'));
  });
  work.catch(() => {});
  return { work, end, fail };
}

const numbers = (events: readonly SourceEvent[]): number[] => events.map(({ position }) => Number(position));

test('where nothing is under way what comes is given at once', async () => {
  const reader = new HandReader();
  const gathered = new Gathered(reader);
  for (const [at, wanted] of [[1, 2], [3]].entries()) {
    const taken = gathered.take(Promise.resolve());
    await settled();
    await reader.give(...wanted);
    expect(numbers(await taken), `${at}`).toEqual(wanted);
  }
});

test('what comes while something is under way is given together, in order, when that ends', async () => {
  const reader = new HandReader();
  const gathered = new Gathered(reader);
  const { work, end } = underWay();
  const taken = gathered.take(work);
  for (const n of [1, 2, 3]) await reader.give(n);
  end();
  expect(numbers(await taken)).toEqual([1, 2, 3]);
  // It had asked once more: what comes then is for the next one.
  const next = gathered.take(Promise.resolve());
  await reader.give(4);
  expect(numbers(await next)).toEqual([4]);
  expect(reader.asked).toBeLessThanOrEqual(5);
});

test('it reads no further once it has enough, however long the other takes', async () => {
  const reader = new HandReader();
  const gathered = new Gathered(reader);
  const { work } = underWay();
  const taken = gathered.take(work);
  const many = Array.from({ length: 600 }, (_, n) => n);
  await reader.give(...many);
  await reader.give(...many);
  expect(await taken).toHaveLength(1200);
  expect(reader.asked).toBe(2);
});

test('either one that fails is told at once', async () => {
  const reader = new HandReader();
  const broker = underWay();
  const waiting = new Gathered(reader).take(broker.work);
  broker.fail();
  await expect(waiting).rejects.toThrow('the broker is away');

  const other = new HandReader();
  const gathered = new Gathered(other);
  const { work } = underWay();
  const taken = gathered.take(work);
  await other.give(1);
  other.fail();
  await expect(taken).rejects.toThrow('the log broke');
});
