import { expect, test } from 'vitest';
import type { ConflictCounts, ConflictGroup } from '../ports/conflict-store.js';
import { ConflictNumbers, conflictTotals } from './conflict-numbers.js';

function group(rest: Partial<ConflictGroup>): ConflictGroup {
  return {
    table: 'public.users',
    kind: 'write_write',
    strategy: 'lww',
    total: 1,
    pending: 0,
    automatic: 0,
    resolved: 0,
    resolutionMs: 0,
    ...rest,
  };
}

test('groups are added up by table, kind and strategy', () => {
  const groups = [
    group({ total: 6, automatic: 6, resolved: 5, resolutionMs: 100 }),
    group({ total: 3, pending: 1, automatic: 1, resolved: 1, resolutionMs: 500, strategy: 'manual' }),
    group({ total: 1, automatic: 1, table: 'public.gone', kind: 'delete_update', strategy: 'delete_wins' }),
  ];
  expect(conflictTotals({ groups, recent: 4 }, ['public.users', 'public.calm'])).toEqual({
    total: 10,
    last24h: 4,
    byTable: { 'public.users': 9, 'public.calm': 0, 'public.gone': 1 },
    byKind: {
      write_write: 9,
      insert_insert: 0,
      delete_update: 1,
      type_mismatch: 0,
      structural: 0,
      unique_violation: 0,
    },
    byStrategy: { lww: 6, manual: 3, delete_wins: 1 },
    avgResolutionMs: 100,
    pendingManual: 1,
    autoResolutionRate: 0.8,
  });
});

test('without conflicts there is no mean, and nothing that a person had to decide', () => {
  expect(conflictTotals({ groups: [], recent: 0 }, [])).toMatchObject({
    total: 0,
    avgResolutionMs: null,
    autoResolutionRate: 1,
    pendingManual: 0,
  });
});

class SlowStore {
  asked = 0;
  private answers: ((counts: ConflictCounts | Error) => void)[] = [];

  counts(): Promise<ConflictCounts> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.answers.push((given) => (given instanceof Error ? reject(given) : resolve(given)));
    });
  }

  answer(given: ConflictCounts | Error): void {
    this.answers.shift()?.(given);
  }
}

test('many who ask at once wait for one count, and a slow one is not asked again soon', async () => {
  const clock = { at: 0, now: () => clock.at, sleep: () => Promise.resolve() };
  const store = new SlowStore();
  const numbers = new ConflictNumbers({ conflicts: store, tables: [], clock });
  const first = [numbers.read(), numbers.read()];
  clock.at = 1000;
  store.answer({ groups: [group({})], recent: 0 });
  expect((await Promise.all(first)).map(({ total }) => total)).toEqual([1, 1]);
  clock.at = 20_000;
  expect((await numbers.read()).total).toBe(1);
  expect(store.asked).toBe(1);
  clock.at = 21_000;
  const second = numbers.read();
  store.answer({ groups: [], recent: 0 });
  expect((await second).total).toBe(0);
});

test('a failed count is not kept', async () => {
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const store = new SlowStore();
  const numbers = new ConflictNumbers({ conflicts: store, tables: [], clock });
  const failing = numbers.read();
  store.answer(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  const again = numbers.read();
  store.answer({ groups: [], recent: 7 });
  expect((await again).last24h).toBe(7);
});
