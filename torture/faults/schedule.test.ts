import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faults } from './catalogue.js';
import { type Planned, type PlanOptions, plan } from './schedule.js';

const byName = new Map(faults.map((fault) => [fault.name, fault]));
const options = fc.record({
  seed: fc.integer(),
  seconds: fc.integer({ min: 60, max: 1_800 }),
  faults: fc.constant(faults),
  named: fc.boolean(),
});

const touchesOf = ({ name }: Planned): readonly string[] => byName.get(name)?.touches ?? [];

test('the same seed gives the same plan, another one another', () => {
  const given: PlanOptions = { seed: 7, seconds: 60, faults, named: false };
  expect(plan(given)).toEqual(plan(given));
  expect(plan({ ...given, seed: 8 })).not.toEqual(plan(given));
});

test('sixty seconds have five kinds at least, and all ends in time', () => {
  fc.assert(
    fc.property(options, (given) => {
      const planned = plan(given);
      expect(new Set(planned.map(({ name }) => name)).size).toBeGreaterThanOrEqual(5);
      for (const { atMs, forMs } of planned) expect(atMs + forMs).toBeLessThan(given.seconds * 1000);
      expect(planned.map(({ atMs }) => atMs)).toEqual(planned.map(({ atMs }) => atMs).sort((a, b) => a - b));
    }),
  );
});

test('two faults that touch the same are never held at once, and never more than two at all', () => {
  fc.assert(
    fc.property(options, (given) => {
      const planned = plan(given);
      for (const [place, one] of planned.entries()) {
        const beside = planned
          .slice(0, place)
          .filter((other) => other.atMs < one.atMs + one.forMs && one.atMs < other.atMs + other.forMs);
        expect(beside.length).toBeLessThan(2);
        for (const other of beside) expect(touchesOf(one).filter((it) => touchesOf(other).includes(it))).toEqual([]);
      }
    }),
  );
});

test('a rare fault comes once at most, and in a short run only if it is named', () => {
  fc.assert(
    fc.property(options, (given) => {
      const rare = plan(given).filter(({ name }) => byName.get(name)?.rare === true);
      expect(new Set(rare.map(({ name }) => name)).size).toBe(rare.length);
      if (!given.named && given.seconds < 120) expect(rare).toEqual([]);
    }),
  );
});

test('each fault alone fits into twenty seconds', () => {
  for (const fault of faults)
    expect(plan({ seed: 1, seconds: 20, faults: [fault], named: true }).length, fault.name).toBeGreaterThan(0);
});
