/** What every `SideStore` must do, and every `ChangeSource` beside it, as tests: run against memory and against the real servers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordRef, recordId } from '../../model/record.js';
import type { SourceEvent, SourcePart } from '../../ports/change-source.js';
import type { CommitOutcome, CommitRequest, Plan } from '../../ports/side-store.js';
import type { ContractProcess, ContractSide, StoreSide } from './contract-side.js';

const nothing: Plan = { writes: [], hold: [], drop: [], settlements: [] };

export function describeStore(name: string, open: () => Promise<StoreSide>): void {
  describe(`the contract of ${name}`, () => {
    let side: StoreSide;
    beforeEach(async () => {
      side = await open();
      await side.store.takeOver((await side.store.epoch()) + 1, 2);
    });
    afterEach(async () => side.close());

    const ref = (n: number): RecordRef => ({ entity: side.entity, key: side.key(n) });
    const commit = (
      number: number,
      plan: Partial<Plan> | null,
      more: Partial<CommitRequest> = {},
    ): Promise<CommitOutcome> =>
      side.store.commit({
        lane: 0,
        previous: number - 1,
        number,
        read: [],
        plan: () => plan && { ...nothing, ...plan },
        ...more,
      });
    const insert = (n: number, state: number): Partial<Plan> => ({
      writes: [{ ...ref(n), before: null, after: side.state(state) }],
    });
    const standing = async (n: number): Promise<unknown> =>
      (await side.store.read([ref(n)], { locked: true, raw: false })).get(recordId(ref(n)))?.state;

    it('shows the plan what stands there, writes, and is read back', async () => {
      await side.write([{ key: side.key(1), after: side.state(1) }]);
      const seen: unknown[] = [];
      const outcome = await side.store.commit({
        lane: 0,
        previous: 0,
        number: 1,
        read: [ref(1), ref(2)],
        plan: (found) => {
          seen.push(found.get(recordId(ref(1))), found.get(recordId(ref(2))));
          return { ...nothing, writes: [{ ...ref(1), before: side.state(1), after: side.state(2) }] };
        },
      });
      expect(outcome.kind).toBe('committed');
      expect(seen.slice(-2)).toEqual([side.state(1), null]);
      expect(await standing(1)).toEqual(side.state(2));
    });

    it('reads what was taken for absent once its insert meets it', async () => {
      await side.write([{ key: side.key(2), after: side.state(2) }]);
      const asked: unknown[][] = [];
      const outcome = await side.store.commit({
        lane: 0,
        previous: 0,
        number: 1,
        read: [ref(1), ref(2)],
        absent: new Set([recordId(ref(1)), recordId(ref(2))]),
        plan: (found) => {
          asked.push([1, 2].map((n) => found.get(recordId(ref(n)))));
          const free = [1, 2].filter((n) => (found.get(recordId(ref(n))) ?? null) === null);
          const writes = free.map((n) => ({ ...ref(n), before: null, after: side.state(n) }));
          return { ...nothing, writes };
        },
      });
      expect(outcome.kind).toBe('committed');
      expect(asked.at(-1)).toEqual([null, side.state(2)]);
      expect(await standing(1)).toEqual(side.state(1));
      expect(await standing(2)).toEqual(side.state(2));
    });

    it('commits nothing and uses no number where there is no plan', async () => {
      expect(await commit(1, null)).toMatchObject({ kind: 'committed', plan: null });
      await commit(1, insert(1, 1));
      expect(await standing(1)).toEqual(side.state(1));
    });

    it('rehearses without a trace', async () => {
      expect((await commit(1, insert(1, 1), { rehearse: true })).kind).toBe('committed');
      expect(await standing(1)).toBeNull();
      await commit(1, insert(1, 2));
      expect(await standing(1)).toEqual(side.state(2));
    });

    it('writes nothing if another number came before', async () => {
      await commit(1, insert(1, 1));
      await expect(
        commit(8, { writes: [{ ...ref(1), before: side.state(1), after: side.state(2) }] }),
      ).rejects.toThrow();
      expect(await standing(1)).toEqual(side.state(1));
    });

    it('keeps what is saved and held, by lane', async () => {
      const row = {
        ...ref(1),
        base: null,
        tip: side.state(1),
        time: 5,
        span: { first: '1', last: '2' },
        begun: 1,
        since: 7,
      };
      await commit(1, { hold: [row, { ...row, ...ref(2) }] }, { save: { at: 'x' } });
      await commit(2, { drop: [ref(2)] });
      const other = await side.another();
      const found = await other.store.takeOver((await other.store.epoch()) + 1, 2);
      expect(found.held).toEqual([row]);
      const lane = found.lanes.find((one) => one.lane === 0);
      expect(lane).toMatchObject({ number: 2, saved: { at: 'x' } });
    });

    it('fences a process that was succeeded, and one that comes too late', async () => {
      const other = await side.another();
      const epoch = (await other.store.epoch()) + 1;
      await other.store.takeOver(epoch, 2);
      await expect(commit(1, insert(1, 1))).rejects.toMatchObject({ code: 'fenced' });
      expect(await standing(1)).toBeNull();
      await expect(side.store.takeOver(epoch, 2)).rejects.toMatchObject({ code: 'fenced' });
    });

    it('remembers settlements until they are forgotten', async () => {
      const settlement = {
        type: 'agreement' as const,
        ...ref(1),
        id: `s-${side.key(1)}`,
        base: null,
        decision: side.state(1),
        createdAt: 1,
      };
      expect([...(await side.store.settled([settlement.id]))]).toEqual([]);
      await commit(1, { settlements: [settlement] });
      expect([...(await side.store.settled([settlement.id, 'other']))]).toEqual([settlement.id]);
      await side.store.forget([settlement.id]);
      if (side.store.side === 'sql') expect([...(await side.store.settled([settlement.id]))]).toEqual([]);
    });

    it('reads an entity page by page, each record once, and tells which exist', async () => {
      await side.write([3, 1, 2, 0].map((n) => ({ key: side.key(n), after: side.state(n) })));
      const keys: string[] = [];
      let after: string | null = null;
      for (let more = true; more; ) {
        const page = await side.store.readPage({ entity: side.entity, after, limit: 2, keysOnly: false });
        for (const row of page.rows) expect(row.state).toEqual(side.state(keys.push(row.key) - 1));
        after = page.rows.at(-1)?.key ?? after;
        more = page.more;
      }
      expect(keys).toEqual([0, 1, 2, 3].map((n) => side.key(n)));
      const rest = await side.store.readPage({ entity: side.entity, after: side.key(1), limit: 9, keysOnly: true });
      expect(rest).toEqual({ rows: [2, 3].map((n) => ({ key: side.key(n), state: null })), more: false });
      expect([...(await side.store.existing([ref(2), ref(7)]))]).toEqual([recordId(ref(2))]);
    });

    it('cuts an entity into chunks in its own order', async () => {
      await side.write([3, 1, 2, 0].map((n) => ({ key: side.key(n), after: side.state(n) })));
      const end = await side.store.chunkEnd(side.entity, null, 2);
      expect(end).toBe(side.key(1));
      expect(await side.store.chunkEnd(side.entity, end, 3)).toBeNull();
      const rows = await side.store.readChunk({ entity: side.entity, after: end, upTo: null });
      expect(rows.map(({ key }) => key)).toEqual([side.key(2), side.key(3)]);
      expect(side.store.compareKeys(side.entity, side.key(1), side.key(2))).toBeLessThan(0);
    });
  });
}

/** Of a side whose log is read here. */
export function describeSource(name: string, open: () => Promise<ContractSide>): void {
  describe(`the contract of ${name}’s log`, () => {
    let side: ContractSide;
    beforeEach(async () => {
      side = await open();
      await side.store.takeOver((await side.store.epoch()) + 1, 2);
    });
    afterEach(async () => side.close());

    it('tells users’ changes and our own apart, in order, and goes on strictly after a position', async () => {
      const from = await side.source.begin();
      await side.write([
        { key: side.key(1), after: side.state(1) },
        { key: side.key(2), after: side.state(2) },
      ]);
      const ref = { entity: side.entity, key: side.key(1) };
      await side.store.commit({
        lane: 0,
        previous: 0,
        number: 1,
        read: [ref],
        plan: () => ({ ...nothing, writes: [{ ...ref, before: side.state(1), after: side.state(3) }] }),
      });
      await side.store.mark('m1');
      const all = await readTo(side, { from, mark: 'm1' });
      const parts = all.filter((one): one is SourcePart => one.kind === 'part');
      expect(parts.flatMap((part) => part.changes.map(({ key }) => [key, part.echo?.number ?? null]))).toEqual([
        [side.key(1), null],
        [side.key(2), null],
        [side.key(1), 1],
      ]);
      expect(parts.at(-1)?.changes[0]).toMatchObject({ before: side.state(1), after: side.state(3) });
      const positions = all.map(({ position }) => position);
      expect([...positions].sort()).toEqual(positions);
      const echo = parts.find((part) => part.echo !== null) as SourcePart;
      const rest = await readTo(side, { from: echo.position, mark: 'm1' });
      expect(rest.filter((one) => one.kind === 'part' && one.changes.length > 0)).toEqual([]);
    });
  });
}

/** Everything from a position up to a mark. */
async function readTo(
  process: ContractProcess,
  { from, mark }: { readonly from: string; readonly mark: string },
): Promise<SourceEvent[]> {
  const reader = await process.source.open(from);
  try {
    const events: SourceEvent[] = [];
    while (!events.some((one) => one.kind === 'mark' && one.id === mark)) events.push(...(await reader.next()));
    return events;
  } finally {
    await reader.close();
  }
}
