import { expect, test } from 'vitest';
import { type LedgerEntry, ledgerLine, ledgerTables, passedSeeds, ranges, readLedger } from './ledger.js';

const entry: LedgerEntry = {
  at: 'now',
  version: '1.0.0',
  commit: 'abc',
  seed: 1,
  seconds: 60,
  chosen: null,
  faults: { 'kill-sync': 2 },
  writes: { acknowledged: 1000, unknown: 1, failed: 2 },
  conflicts: { write_write: 7 },
  pointsHit: { 'batch.after-commit': 1 },
  restarts: 3,
  settledMs: 800,
  problems: 0,
};

test('a run is one line with its commit, its seed and the verdict, and can be read again', () => {
  const line = ledgerLine(
    {
      planned: [],
      faults: [{ name: 'kill-sync', plannedMs: 1, beganMs: 1, endedMs: 2, told: '', failed: false }],
      leftOut: [],
      writes: { acknowledged: 2, unknown: 0, failed: 0 },
      sync: { started: 2, ends: {}, pointsHit: { 'batch.after-commit': 1 }, unreachable: {} },
      settledMs: 800,
      problems: [],
      footprints: [],
      evidence: null,
    },
    { seed: 3, seconds: 60, faults: null },
    { at: 'now', version: '1.0.0', commit: 'abc' },
  );
  expect(line.endsWith('}\n')).toBe(true);
  expect(readLedger(line + line)).toHaveLength(2);
  expect(readLedger(line)[0]).toMatchObject({ commit: 'abc', seed: 3, chosen: null, restarts: 1, problems: 0 });
});

test('a seed counts by its newest run; short runs and chosen faults do not', () => {
  const runs = [
    { ...entry, seed: 1, problems: 4 },
    { ...entry, seed: 1 },
    { ...entry, seed: 2 },
    { ...entry, seed: 2, problems: 1 },
    { ...entry, seed: 3, seconds: 20 },
    { ...entry, seed: 4, chosen: ['kill-sync'] },
  ];
  expect([...passedSeeds(runs)]).toEqual([1]);
});

test('the page has a row for each commit, and names runs with problems', () => {
  const page = ledgerTables([entry, { ...entry, seed: 2 }, { ...entry, commit: 'def', seed: 9, problems: 3 }]);
  expect(page).toContain('| abc | 2 | 1-2 | 60 | 2,000 | 14 | 6 | 1 or more | 0 |');
  expect(page).toContain('| seed 9: 3 |');
  expect(page).toContain('found nothing: 2 (1-2)');
  expect(page).toContain('`kill-sync` 6');
});

test('numbers in a row are told as ranges', () => {
  expect(ranges([3, 1, 2, 7, 9, 8])).toBe('1-3, 7-9');
  expect(ranges([])).toBe('none');
});
