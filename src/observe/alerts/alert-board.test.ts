/** Every limit of the configuration fires and clears, at its value and after its time, on a clock that the test holds. */
import { describe, expect, test } from 'vitest';
import { type Alert, AlertBoard } from './alert-board.js';
import type { AlertMeasures } from './alert-measures.js';
import { type AlertLimits, alertRules } from './alert-rules.js';

const limits: AlertLimits = {
  conflictRate: 0.01,
  divergenceRate: 0.001,
  syncLatencyMs: 5000,
  cdcLagMs: 60_000,
  errorRate: 0.05,
  manualAgeMs: 86_400_000,
  hoursLeft: 24,
};

const calm: AlertMeasures = {
  conflictRate: { value: 0, events: 1000 },
  divergenceRate: null,
  errorRate: { value: 0, events: 1000 },
  links: {
    sql_to_mongodb: { latency: { p95Ms: 20, count: 100 }, lagMs: 0 },
    mongodb_to_sql: { latency: { p95Ms: 20, count: 100 }, lagMs: 0 },
  },
  oldestManualMs: 0,
  deadLetters: 0,
  hoursLeft: { sql: Number.POSITIVE_INFINITY, mongodb: null },
  running: true,
  failed: false,
  rollbackLevel: 0,
  stoppedTables: { 'public.users': false },
};

const link = (latency: Partial<{ p95Ms: number; count: number }>, lagMs = 0): Pick<AlertMeasures, 'links'> => ({
  links: { ...calm.links, mongodb_to_sql: { latency: { p95Ms: 20, count: 100, ...latency }, lagMs } },
});

/** What fires, what is just not enough, and when. */
const cases: readonly {
  readonly name: string;
  readonly bad: Partial<AlertMeasures>;
  readonly good: Partial<AlertMeasures>;
  readonly forMs: number;
  readonly clearMs: number;
}[] = [
  {
    name: 'conflict_rate',
    bad: { conflictRate: { value: 0.0101, events: 100 } },
    good: { conflictRate: { value: 0.01, events: 100 } },
    forMs: 60_000,
    clearMs: 300_000,
  },
  {
    name: 'conflict_rate',
    bad: { conflictRate: { value: 0.5, events: 100 } },
    good: { conflictRate: { value: 0.5, events: 99 } },
    forMs: 60_000,
    clearMs: 300_000,
  },
  {
    name: 'divergence_rate',
    bad: { divergenceRate: { value: 0.0011, events: 5000 } },
    good: { divergenceRate: { value: 0.001, events: 5000 } },
    forMs: 0,
    clearMs: 10_000,
  },
  {
    name: 'sync_latency',
    bad: link({ p95Ms: 5001 }),
    good: link({ p95Ms: 5000 }),
    forMs: 60_000,
    clearMs: 120_000,
  },
  {
    name: 'sync_latency',
    bad: link({ p95Ms: 50_000 }),
    good: link({ p95Ms: 50_000, count: 19 }),
    forMs: 60_000,
    clearMs: 120_000,
  },
  { name: 'cdc_lag', bad: link({}, 60_001), good: link({}, 60_000), forMs: 10_000, clearMs: 30_000 },
  {
    name: 'error_rate',
    bad: { errorRate: { value: 0.051, events: 20 } },
    good: { errorRate: { value: 0.05, events: 20 } },
    forMs: 60_000,
    clearMs: 300_000,
  },
  {
    name: 'manual_age',
    bad: { oldestManualMs: 86_400_001 },
    good: { oldestManualMs: 86_400_000 },
    forMs: 0,
    clearMs: 10_000,
  },
  { name: 'dead_letters', bad: { deadLetters: 1 }, good: { deadLetters: 0 }, forMs: 0, clearMs: 10_000 },
  {
    name: 'log_room',
    bad: { hoursLeft: { sql: 23.9, mongodb: null } },
    good: { hoursLeft: { sql: 24, mongodb: null } },
    forMs: 120_000,
    clearMs: 300_000,
  },
  { name: 'not_running', bad: { running: false }, good: { running: true }, forMs: 30_000, clearMs: 10_000 },
  { name: 'failed', bad: { failed: true }, good: { failed: false }, forMs: 0, clearMs: 10_000 },
  { name: 'rollback_level', bad: { rollbackLevel: 2 }, good: { rollbackLevel: 1 }, forMs: 0, clearMs: 10_000 },
  {
    name: 'table_stopped',
    bad: { stoppedTables: { 'public.users': true } },
    good: { stoppedTables: { 'public.users': false } },
    forMs: 0,
    clearMs: 10_000,
  },
];

const firing = (board: AlertBoard): string[] =>
  board
    .list()
    .filter(({ state }) => state === 'firing')
    .map(({ name }) => name);

describe.each(cases)('$name', ({ name, bad, good, forMs, clearMs }) => {
  test(`fires after ${forMs} ms beyond its limit, clears after ${clearMs} ms within it`, () => {
    const board = new AlertBoard({ limits, startedAt: 0 });
    const told: Alert[] = [];
    const look = (measures: Partial<AlertMeasures>, now: number) =>
      told.push(...board.look({ ...calm, ...measures }, now));
    look(good, 1000);
    if (forMs > 0) {
      look(bad, 2000);
      look(bad, 2000 + forMs - 1);
      expect(firing(board)).toEqual([]);
    }
    look(bad, 2000 + forMs);
    expect(firing(board)).toEqual([name]);
    look(bad, 900_000);
    look(good, 1_000_000);
    look(good, 1_000_000 + clearMs - 1);
    expect(firing(board)).toEqual([name]);
    look(good, 1_000_000 + clearMs);
    expect(firing(board)).toEqual([]);
    expect(told.map((alert) => [alert.name, alert.state, Date.parse(alert.since)])).toEqual([
      [name, 'firing', 2000 + forMs],
      [name, 'ok', 1_000_000 + clearMs],
    ]);
  });
});

test('every rule has a case, and a text that names its value and its limit', () => {
  expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(alertRules.map(({ name }) => name)));
  const board = new AlertBoard({ limits, startedAt: 0, times: () => ({ forMs: 0, clearMs: 0 }) });
  const texts = board
    .look({ ...calm, ...link({}, 90_000), conflictRate: { value: 0.0234, events: 200 }, failed: true }, 1)
    .map(({ text }) => text);
  expect(texts).toEqual([
    'conflict_rate fires: 2.34 %, the limit is 1 %. Conflicts per change read, over an hour.',
    'cdc_lag of mongodb to sql fires: 90 s, the limit is 60 s. Age of the oldest change that has not crossed, or time since the log was last read to its end.',
    'failed fires. The sync stopped for safety and does not go on by itself.',
  ]);
});

test('two links have alerts of their own', () => {
  const board = new AlertBoard({ limits, startedAt: 0, times: () => ({ forMs: 0, clearMs: 0 }) });
  board.look({ ...calm, ...link({}, 90_000) }, 1);
  const lags = board.list().filter(({ name }) => name === 'cdc_lag');
  expect(lags.map((alert) => [alert.link, alert.state])).toEqual([
    ['sql_to_mongodb', 'ok'],
    ['mongodb_to_sql', 'firing'],
  ]);
});

test('what cannot be read keeps firing what fired', () => {
  const board = new AlertBoard({ limits, startedAt: 0 });
  for (const now of [0, 120_000]) board.look({ ...calm, hoursLeft: { sql: 2, mongodb: null } }, now);
  for (const now of [200_000, 900_000]) board.look({ ...calm, hoursLeft: { sql: null, mongodb: null } }, now);
  expect(firing(board)).toEqual(['log_room']);
});
