/** The course of a link by the second and by the minute, on a clock that the test holds. */
import { expect, test } from 'vitest';
import { History } from './history.js';

const calm = { sql_to_mongodb: 0, mongodb_to_sql: 0 };

function batch(records: number, tookMs: number) {
  const write = { entity: 'public.a', key: '1', before: null, after: ['x'] };
  return {
    link: 'sql_to_mongodb' as const,
    writes: Array.from({ length: records }, () => write),
    commits: [1000],
    heldCommits: [],
    committedAt: 1000 + tookMs,
  };
}

function at(start: number) {
  const clock = { at: start };
  return { clock, history: new History({ now: () => clock.at, skewMs: () => 0 }) };
}

test('each second has its lag, its latency and its records a second', () => {
  const { clock, history } = at(10_000);
  history.observer.applied(batch(30, 100));
  clock.at += 1000;
  history.tick({ ...calm, sql_to_mongodb: 250 });
  clock.at += 2000;
  history.observer.applied(batch(10, 400));
  history.tick(calm);
  const { stepMs, times, links } = history.course(15);
  expect([stepMs, times]).toEqual([1000, [11_000, 13_000]]);
  expect(links.sql_to_mongodb.lagMs).toEqual([250, 0]);
  expect(links.sql_to_mongodb.throughput).toEqual([30, 5]);
  expect(links.sql_to_mongodb.latencyP95Ms[0]).toBeCloseTo(100, -1);
  expect(links.sql_to_mongodb.latencyP95Ms[1]).toBeCloseTo(400, -2);
  expect(links.mongodb_to_sql.throughput).toEqual([0, 0]);
});

test('a quarter of an hour is kept by the second, a day by the minute with the highest lag, and no more', () => {
  const { clock, history } = at(0);
  const days = 1.5;
  for (let second = 1; second <= days * 86_400; second++) {
    clock.at = second * 1000;
    history.tick({ ...calm, mongodb_to_sql: second % 60 });
  }
  const fine = history.course(15);
  expect(fine.times).toHaveLength(900);
  expect(fine.times.at(-1)).toBe(clock.at);
  expect(history.course(1).times).toHaveLength(60);
  const coarse = history.course(24 * 60);
  expect([coarse.stepMs, coarse.times.length]).toEqual([60_000, 1440]);
  expect(new Set(coarse.links.mongodb_to_sql.lagMs)).toEqual(new Set([59]));
  expect(history.course(60).times).toHaveLength(60);
  for (let i = 1; i < coarse.times.length; i++)
    expect(coarse.times[i] as number).toBeGreaterThan(coarse.times[i - 1] as number);
});

test('a timer that is a little early or late, and a clock that steps back, break nothing', () => {
  const { clock, history } = at(100_000);
  for (const next of [100_990, 102_003, 50_000, 51_000]) {
    clock.at = next;
    history.tick(calm);
  }
  expect(history.course(15).times).toEqual([100_990, 102_003, 50_000, 51_000]);
});
