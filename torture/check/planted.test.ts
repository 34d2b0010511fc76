/** The checker itself: silent about correct runs, and it finds every planted defect by the check that is meant for it. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/testing/random.js';
import type { Evidence } from '../evidence.js';
import { checkRun } from './check-run.js';
import { opened } from './planted/edit-evidence.js';
import { evidenceDefects } from './planted/evidence-defects.js';
import { runModel } from './planted/model-run.js';
import { syncDefects } from './planted/sync-defects.js';
import { storiesOf } from './story.js';

const cleanSeeds = 200;

test(`the evidence of a correct run gives no problem, with ${cleanSeeds} seeds`, () => {
  const totals = { conflicts: 0, superseded: 0, pending: 0, letters: 0, unknown: 0 };
  for (let seed = 1; seed <= cleanSeeds; seed++) {
    const evidence = runModel({ seed });
    expect({ seed, problems: checkRun(evidence) }).toEqual({ seed, problems: [] });
    totals.conflicts += evidence.conflicts.length;
    totals.superseded += evidence.conflicts.filter(({ state }) => state === 'superseded').length;
    totals.pending += evidence.conflicts.filter(({ state }) => state === 'pending').length;
    totals.letters += evidence.deadLetters.length;
    totals.unknown += evidence.history.filter(({ outcome }) => outcome === 'unknown').length;
  }
  // Runs in which little happens would be clean for any checker.
  expect(totals.conflicts).toBeGreaterThan(cleanSeeds * 10);
  for (const much of Object.values(totals)) expect(much).toBeGreaterThan(10);
});

/** Most runs have a place for a defect; a rare one may need several. */
const seeds = [3, 14, 15, 92, 65, 35, 89, 79, 32, 38];

function foundBy(evidence: Evidence, checks: readonly string[]): boolean {
  return checkRun(evidence).some(({ check }) => checks.includes(check));
}

describe('a defect of the sync is found', () => {
  test.each(syncDefects)('$name', ({ found, faults }) => {
    const caught = seeds.some((seed) => foundBy(runModel({ seed, transactions: 500, faults: faults() }), found));
    expect(caught).toBe(true);
  });
});

describe('a defect in the evidence is found', () => {
  test.each(evidenceDefects)('$name', ({ found, plant }) => {
    const results = seeds.map((seed) => {
      const evidence = opened(runModel({ seed }));
      const planted = plant({ evidence, stories: storiesOf(evidence), random: new Random(seed) });
      return { planted, found: planted && foundBy(evidence, found) };
    });
    const planted = results.filter((one) => one.planted);
    expect(planted.length).toBeGreaterThan(0);
    // Wherever it was planted.
    expect(planted.filter((one) => !one.found)).toEqual([]);
  });
});
