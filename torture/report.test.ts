import { expect, test } from 'vitest';
import type { Evidence, Problem } from './evidence.js';
import { problemLines, summaryLines } from './report.js';
import type { TortureResult } from './run.js';

const nothing = { sql: new Map(), mongodb: new Map() };

const evidence: Evidence = {
  initial: nothing,
  final: { sql: new Map([['facts', new Map([['7', { v: 'second' }]])]]), mongodb: nothing.mongodb },
  history: [
    {
      id: 'sql-1',
      side: 'sql',
      writes: [{ table: 'facts', key: '7', before: null, after: { v: 'first' } }],
      outcome: 'acknowledged',
      beganAt: 1_000,
      endedAt: 1_500,
    },
    {
      id: 'sql-2',
      side: 'sql',
      writes: [{ table: 'facts', key: '8', before: null, after: { v: 'other' } }],
      outcome: 'acknowledged',
      beganAt: 2_000,
      endedAt: 2_500,
    },
  ],
  conflicts: [],
  deadLetters: [],
  events: nothing,
  quietEvents: { sql: 0, mongodb: 0 },
  progress: [],
  gaps: [],
};

function resultWith(problems: readonly Problem[]): TortureResult {
  return {
    planned: [{ name: 'kill-sync', atMs: 2_000, forMs: 1_000, seed: 1 }],
    faults: [{ name: 'kill-sync', plannedMs: 2_000, beganMs: 2_001, endedMs: 3_500, told: '1 kills', failed: false }],
    leftOut: [{ name: 'full-disk-sql', why: 'only root may mount a disk' }],
    writes: { acknowledged: 2, unknown: 0, failed: 0 },
    sync: { started: 2, ends: { killed: 1, stopped: 1 }, pointsHit: { 'batch.after-commit': 1 }, unreachable: {} },
    settledMs: 800,
    problems,
    footprints: [{ atMs: 60_000, bytes: 150e6, handles: 42, lagMs: 12 }],
    evidence,
  };
}

test('the summary says what was done, what was left out and why, and which points were hit', () => {
  const text = summaryLines(resultWith([])).join('\n');
  for (const part of [
    '2 acknowledged',
    'kill-sync 1',
    'only root may mount',
    'batch.after-commit 1',
    'again 1 times',
    '150 MB',
    '42 handles',
    'lag 12 ms',
  ])
    expect(text).toContain(part);
});

test('a problem is told with the story of its record, and of no other', () => {
  const lines = problemLines(resultWith([{ check: 'equal', table: 'facts', key: '7', text: 'they differ' }]));
  const text = lines.join('\n');
  expect(lines[0]).toBe('PROBLEM (equal) facts 7: they differ');
  expect(text).toContain('sql acknowledged (sql-1): null became {"v":"first"}');
  expect(text).toContain('at last {"v":"second"}');
  expect(text).not.toContain('sql-2');
});
