import { expect, test } from 'vitest';
import { RecordLocks } from './locks.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a request waits for every record that an earlier one has, and is served in the order of asking', async () => {
  const locks = new RecordLocks();
  const order: string[] = [];
  const ask = (name: string, ids: string[]): void => void locks.acquire(ids).then(() => order.push(name));
  ask('first', ['a', 'b']);
  ask('second', ['b', 'c']);
  ask('third', ['c']);
  ask('other', ['d']);
  await turn();
  expect(order).toEqual(['first', 'other']);
  locks.release(['a', 'b']);
  await turn();
  expect(order).toEqual(['first', 'other', 'second']);
  locks.release(['b', 'c']);
  await turn();
  expect(order).toEqual(['first', 'other', 'second', 'third']);
  locks.release(['c']);
  locks.release(['d']);
  expect(locks.size).toBe(0);
});

test('many requests over few records all end, each alone with its records', async () => {
  const locks = new RecordLocks();
  const held = new Set<string>();
  const work = async (ids: string[]): Promise<void> => {
    await locks.acquire(ids);
    for (const id of ids) {
      expect(held.has(id)).toBe(false);
      held.add(id);
    }
    await turn();
    for (const id of ids) held.delete(id);
    locks.release(ids);
  };
  const sets = Array.from({ length: 200 }, (_, i) => [
    ...new Set([`k${i % 7}`, `k${(i * 3) % 7}`, `k${(i * 5) % 11}`]),
  ]);
  await Promise.all(sets.map(work));
  expect(locks.size).toBe(0);
});
