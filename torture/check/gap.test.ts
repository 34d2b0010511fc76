/** What an accepted gap excuses, and what it does not. */
import { expect, test } from 'vitest';
import type { Evidence } from '../evidence.js';
import { checkRun } from './check-run.js';

const nothing = { sql: new Map(), mongodb: new Map() };
const progress = [2, 1].map((epoch, at) => ({ side: 'sql' as const, at, epoch, numbers: { 0: epoch } }));

const evidence: Evidence = {
  initial: nothing,
  final: {
    sql: new Map([['facts', new Map([['7', { v: 'one', by: 'i' }]])]]),
    mongodb: new Map([['facts', new Map([['7', { v: 'other', by: 'i' }]])]]),
  },
  history: [],
  conflicts: [],
  deadLetters: [],
  events: nothing,
  quietEvents: { sql: 1, mongodb: 0 },
  progress,
  gaps: [],
};

const checksOf = (given: Evidence): ReadonlySet<string> => new Set(checkRun(given).map(({ check }) => check));

test('a gap excuses progress that begins anew, and neither sides that differ nor a log that does not fall silent', () => {
  const without = checksOf(evidence);
  const within = checksOf({ ...evidence, gaps: [{ side: 'sql', from: 0, to: 10 }] });
  for (const check of ['epoch', 'progress', 'equal', 'silence']) expect(without).toContain(check);
  for (const check of ['epoch', 'progress']) expect(within).not.toContain(check);
  for (const check of ['equal', 'silence']) expect(within).toContain(check);
});
