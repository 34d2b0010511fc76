/** What every `ConflictStore` must do with the record over time, as tests: run against memory and against a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agreement, ConflictRecord, Settlement } from '../../model/conflict.js';
import type { ConflictCounts, ConflictStore } from '../../ports/conflict-store.js';
import { ref, user } from '../mongodb/entities.js';
import { Random } from '../random.js';

/** An empty store. */
export interface ContractRecord {
  /** No id of another test begins with it. */
  readonly name: string;
  readonly conflicts: ConflictStore;
  store(settlements: readonly Settlement[]): Promise<void>;
  close(): Promise<void>;
}

const hour = 3_600_000;
export const now = Date.UTC(2026, 0, 10, 12, 30);

/** Resolved by lww. */
export function conflict(id: string, createdAt: number, rest: Partial<ConflictRecord> = {}): ConflictRecord {
  return {
    type: 'conflict',
    id,
    ...ref('1'),
    kind: 'write_write',
    base: user('b'),
    sql: { state: user('s', '1'), raw: { id: '1' }, time: 5, version: null },
    mongodb: { state: user('m'), raw: null, time: 6, version: null },
    resolution: 'sql_wins',
    decision: user('s', '1'),
    strategy: 'lww',
    fields: {},
    reason: null,
    state: 'resolved',
    createdAt,
    resolvedAt: createdAt + 100,
    resolvedBy: 'policy',
    ...rest,
  };
}

export const waiting = {
  resolution: 'pending',
  strategy: 'manual',
  state: 'pending',
  resolvedAt: null,
  resolvedBy: null,
} as const;

export async function expireAll(conflicts: ConflictStore, conflictsBefore: number, limit = 500): Promise<number> {
  let all = 0;
  for (;;) {
    const removed = await conflicts.expire({ conflictsBefore, agreementsBefore: 0, limit, now });
    if (removed === 0) return all;
    all += removed;
  }
}

export const total = ({ groups }: ConflictCounts): number => groups.reduce((sum, group) => sum + group.total, 0);

export function describeRecord(name: string, open: () => Promise<ContractRecord>): void {
  describe(`the record in ${name}`, () => {
    let record: ContractRecord;
    beforeEach(async () => {
      record = await open();
    });
    afterEach(async () => record.close());

    it('conflicts are counted in groups, with what they took and who decided', async () => {
      const { name, conflicts } = record;
      await record.store([
        conflict(`${name}-1`, now - 30 * hour),
        conflict(`${name}-2`, now, { resolvedAt: now + 300 }),
        conflict(`${name}-3`, now, { state: 'propagating', resolvedAt: null }),
        conflict(`${name}-4`, now, { state: 'superseded', resolvedAt: now + 9 }),
        conflict(`${name}-5`, now, waiting),
        conflict(`${name}-6`, now, { ...waiting, state: 'resolved', resolvedAt: now + 5000, resolvedBy: 'Ada' }),
        conflict(`${name}-7`, now, { ...waiting, state: 'resolved', resolvedAt: now + 1000, resolvedBy: 'agreement' }),
      ]);
      const group = { table: 'public.users', kind: 'write_write' };
      expect(await conflicts.counts(now - 24 * hour)).toEqual({
        groups: [
          { ...group, strategy: 'lww', total: 4, pending: 0, automatic: 4, resolved: 2, resolutionMs: 400 },
          { ...group, strategy: 'manual', total: 3, pending: 1, automatic: 1, resolved: 2, resolutionMs: 6000 },
        ],
        recent: 6,
      });
    });

    it('what retention removes goes on being counted; pending and propagating ones stay', async () => {
      const { name, conflicts } = record;
      const random = new Random(7);
      const states = [
        {},
        waiting,
        { state: 'propagating', resolvedAt: null },
        { state: 'superseded' },
        { strategy: 'merge' },
      ];
      await record.store(
        Array.from({ length: 60 }, (_, n) =>
          conflict(`${name}-${n}`, now - random.int(48) * hour, states[n % 5] as Partial<ConflictRecord>),
        ),
      );
      const before = await conflicts.counts(now - 24 * hour);
      expect(total(before)).toBe(60);
      expect(await conflicts.expire({ conflictsBefore: now + 101, agreementsBefore: 0, limit: 7, now })).toBe(7);
      const partly = await conflicts.counts(now - 24 * hour);
      expect(partly.groups).toEqual(before.groups);
      expect(await expireAll(conflicts, now + 101, 10)).toBe(29);
      const after = await conflicts.counts(now - 24 * hour);
      expect(after.groups).toEqual(before.groups);
      // To the hour: those of the hour in which the 24 hours begin count as a whole.
      expect(after.recent).toBeGreaterThanOrEqual(before.recent);
      expect(after.recent - before.recent).toBeLessThanOrEqual(2);
      const { pending, propagating } = await conflicts.openWork();
      expect([pending.length, propagating.length]).toEqual([12, 12]);
    });

    it('only finished ones beyond the newest so many are too many', async () => {
      const { name, conflicts } = record;
      await record.store(Array.from({ length: 9 }, (_, n) => conflict(`${name}-${n}`, now + n, n > 6 ? waiting : {})));
      expect(await conflicts.timeBeyond(7)).toBeNull();
      expect(await conflicts.timeBeyond(3)).toBe(now + 3 + 100);
      expect(await conflicts.timeBeyond(0)).toBe(now + 6 + 100);
    });

    it('one that waited for long is kept from its end on', async () => {
      const { name, conflicts } = record;
      await record.store([
        conflict(`${name}-1`, now - 2 * hour),
        conflict(`${name}-2`, now - 90 * hour, { resolvedAt: now - hour, resolvedBy: 'Ada' }),
      ]);
      expect(await conflicts.timeBeyond(1)).toBe(now - 2 * hour + 100);
      expect(await expireAll(conflicts, now - hour)).toBe(1);
      expect((await conflicts.records({ limit: 9 })).conflicts.map(({ id }) => id)).toEqual([`${name}-2`]);
    });

    it('finished agreements go, open ones stay', async () => {
      const { name, conflicts } = record;
      const agreements = [0, 1, 2].map(
        (n): Agreement => ({
          type: 'agreement',
          id: `${name}-${n}`,
          ...ref(`${n}`),
          base: null,
          decision: user('x'),
          createdAt: now + n,
        }),
      );
      await record.store(agreements);
      await conflicts.finish([`${name}-0`, `${name}-2`], { state: 'resolved', at: now });
      expect(await conflicts.expire({ conflictsBefore: 0, agreementsBefore: now + 2, limit: 9, now })).toBe(1);
      expect((await conflicts.openWork()).propagating.map(({ id }) => id)).toEqual([`${name}-1`]);
      expect(await conflicts.expire({ conflictsBefore: 0, agreementsBefore: now + 3, limit: 9, now })).toBe(1);
    });
  });
}
