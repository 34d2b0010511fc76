/** What a scan must find, whatever the orders, pages and frontiers: each record once, and every one that looks different. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../model/entity.js';
import { type RecordRef, recordId, type State, sameState } from '../model/record.js';
import { refuse } from '../model/refusal.js';
import type { PageRequest, SideStore } from '../ports/side-store.js';
import { inSample } from './sample.js';
import { scan } from './scan.js';
import type { Frontier, ScanStep } from './scan-step.js';

const field = (name: string, kind: 'int8' | 'numeric') => ({
  column: name,
  field: name,
  type: { kind, sql: kind },
  nullable: true,
  hasDefault: false,
});

const entityOf = (kind: 'int8' | 'numeric'): Entity => ({
  name: 'public.t',
  schema: 'public',
  table: 't',
  collection: 't',
  key: [field('id', kind)],
  fields: [field('v', 'int8')],
  sequenceKey: false,
  mayDeviate: false,
});

type Rows = ReadonlyMap<string, string>;

/** Keys that are no numbers come last, as in MongoDB. */
function store(rows: Rows, page: number, mixed = false): SideStore {
  const number = (key: string): number => Number(mixed ? [...key].reverse().join('') : key) || 1e9;
  const order = [...rows].sort(([a], [b]) => number(a) - number(b) || (a < b ? -1 : 1));
  return {
    readPage: ({ after, limit, keysOnly }: PageRequest) => {
      const from = after === null ? 0 : order.findIndex(([key]) => key === after) + 1;
      const to = from + Math.min(limit, page);
      const found = order.slice(from, to).map(([key, value]) => ({ key, state: keysOnly ? null : [value] }));
      return Promise.resolve({ rows: found, more: to < order.length });
    },
    inSharedOrder: () => Promise.resolve(true),
    existing: (refs: readonly RecordRef[]) =>
      Promise.resolve(new Set(refs.filter(({ key }) => rows.has(key)).map(recordId))),
    read: (refs: readonly RecordRef[]) => {
      const state = (key: string): State => (rows.has(key) ? [rows.get(key) ?? null] : null);
      return Promise.resolve(new Map(refs.map((ref) => [recordId(ref), { state: state(ref.key), raw: null }])));
    },
  } as unknown as SideStore;
}

const records = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 120 });
const foreign = refuse({ kind: 'type_mismatch', reason: 'no number', image: '"x"' });

describe('a scan', () => {
  // Keys that are numeric are read in orders that need not agree.
  it.each(['int8', 'numeric'] as const)('of %s keys finds what differs and meets each record once', async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        records,
        records,
        fc.nat(3),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(20),
        async (a, b, m, page, stop) => {
          const sql: Rows = new Map(a.map((id) => [String(id), `${id % (m + 2)}`]));
          const mongodb = new Map(b.map((id) => [String(id), `${id % 3}`]));
          if (stop % 2 === 0) mongodb.set(foreign, '1');
          const stores = { sql: store(sql, page), mongodb: store(mongodb, page + 1, kind === 'numeric' && m > 1) };
          const window = { rows: 10 + 20 * m, waiting: 4 + stop, units: 1000, suspects: 10 };
          const options = { stores, entity: entityOf(kind), sample: 1, seed: 's', window };
          const steps: ScanStep[] = [];
          let from: Frontier | null = null;
          // Stopped once on the way, it goes on from its frontier.
          for await (const step of scan({ ...options, from })) {
            steps.push(step);
            from = step.frontier;
            if (steps.length > stop) break;
          }
          if (from !== null) for await (const step of scan({ ...options, from })) steps.push(step);
          const keys = new Set([...sql.keys(), ...mongodb.keys()]);
          const state = (rows: Rows, key: string): State => (rows.has(key) ? [rows.get(key) ?? null] : null);
          const different = [...keys].filter((key) => !sameState(state(sql, key), state(mongodb, key)));
          expect(steps.flatMap(({ suspects }) => suspects.map(({ key }) => key)).sort()).toEqual(different.sort());
          expect(steps.reduce((sum, { compared }) => sum + compared, 0)).toBe(keys.size);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('draws the same share of keys each time, and about as many as asked for', () => {
    const drawn = Array.from({ length: 20_000 }, (_, i) => String(i)).filter((key) => inSample('seed', key, 0.1));
    expect(drawn.length).toBeGreaterThan(1800);
    expect(drawn.length).toBeLessThan(2200);
    expect(drawn.every((key) => inSample('seed', key, 0.1))).toBe(true);
  });
});
