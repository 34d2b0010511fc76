/** What the watch does with what it is told, over a sync that stands still and a clock that the test holds. */
import { expect, test } from 'vitest';
import { silentLogger } from '../../base/logger.js';
import { configFrom } from '../../config/load.js';
import type { Alert } from '../../observe/alerts/alert-board.js';
import { Collector } from '../../observe/collector.js';
import { History } from '../../observe/history.js';
import { LogRooms } from '../../observe/log-rooms.js';
import { Prometheus } from '../../observe/prometheus.js';
import type { SyncStatus } from '../sync.js';
import { Watch } from './watch.js';

const tables = ['public.a', 'public.b'];

function open(state: { -readonly [K in keyof SyncStatus]?: SyncStatus[K] } = {}) {
  const time = { now: 1_000_000 };
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  const skewMs = () => 0;
  const link = {
    position: null,
    lagMs: 0,
    pending: 0,
    held: 0,
    applied: 0,
    echoes: 0,
    latency: { p50Ms: 0, p95Ms: 0, p99Ms: 0 },
    lastError: null,
  };
  const status: SyncStatus = {
    name: 'shop',
    sqlServer: 'PostgreSQL',
    phase: 'bidirectional',
    state: 'running',
    rollbackLevel: 0,
    links: { sql_to_mongodb: link, mongodb_to_sql: link },
    entities: tables.map((table) => ({
      table,
      collection: table,
      load: { state: 'none', rows: 0, total: 0 },
      stopped: null,
    })),
    conflicts: { pending: 0, total: 0 },
    deadLetters: 0,
    clockSkewMs: 0,
    transport: null,
    forecast: {
      sql: { retainedBytes: null, limitBytes: null, hoursLeft: null },
      mongodb: { windowSeconds: null, hoursLeft: null },
    },
  };
  const nowhere = { logRoom: () => Promise.resolve(null) };
  const pending: { since: number | null } = { since: null };
  const config = configFrom({
    name: 'shop',
    sql: { url: 'postgres://db/shop' },
    mongodb: { url: 'mongodb://db/', database: 'shop' },
    entities: [{ table: 'public.a' }],
  });
  const prometheus = new Prometheus({ tables, strategies: new Map(), skewMs });
  const watch = new Watch({
    config,
    status: () => ({ ...status, ...state }),
    oldestPending: () => pending.since,
    collector: new Collector(skewMs, clock.now),
    prometheus,
    history: new History({ now: clock.now, skewMs }),
    rooms: new LogRooms({
      readers: { sql: nowhere, mongodb: nowhere },
      positions: () => ({ sql: null, mongodb: null }),
      clock,
      log: silentLogger,
    }),
    clock,
    log: silentLogger,
    times: {},
  });
  const changes: string[] = [];
  watch.alerts.on('change', ({ name, state: now }) => changes.push(`${name} ${now}`));
  const alert = (name: string): Alert | undefined => watch.alerts.list().find((one) => one.name === name);
  return { watch, time, state, pending, prometheus, changes, alert };
}

test('a comparison’s differences are a rate, an alert and numbers by table, until the next one', async () => {
  const { watch, time, prometheus, changes, alert } = open();
  watch.look();
  expect([watch.divergenceRate, alert('divergence_rate')?.value]).toEqual([null, null]);
  watch.compared({ 'public.a': { compared: 900, different: 2 }, 'public.b': { compared: 100, different: 0 } });
  watch.look();
  expect(watch.divergenceRate).toBe(0.002);
  expect(changes).toEqual(['divergence_rate firing']);
  const { body } = await prometheus.text(watch.readings());
  expect(body).toContain('isthmus_divergence_rate 0.002');
  expect(body).toContain('isthmus_divergent_records{table="public.a"} 2');
  expect(body).toContain('isthmus_alerts_firing{alert="divergence_rate"} 1');
  watch.compared({ 'public.a': { compared: 900, different: 0 }, 'public.b': { compared: 100, different: 0 } });
  for (const after of [0, 10_000]) {
    time.now += after;
    watch.look();
  }
  expect(changes).toEqual(['divergence_rate firing', 'divergence_rate ok']);
  expect((await prometheus.text(watch.readings())).body).toContain(
    'isthmus_compared_records_total{table="public.a"} 1800',
  );
});

test('the end of a repair is no comparison', async () => {
  const { watch, prometheus } = open();
  for (let told = 0; told < 2; told++) watch.compared({ 'public.a': { compared: 10, different: 1 } }, 'one');
  watch.compared({ 'public.a': { compared: 10, different: 0 } }, 'two');
  const { body } = await prometheus.text(watch.readings());
  expect(body).toContain('isthmus_compared_records_total{table="public.a"} 20');
  expect(watch.divergenceRate).toBe(0);
});

test('a comparison of nothing is no divergence', () => {
  const { watch } = open();
  watch.compared({});
  expect(watch.divergenceRate).toBe(0);
});

test('the oldest decision that waits, a rollback level and a table that stopped are alerts', () => {
  const { watch, pending, state, time, changes } = open();
  pending.since = time.now - 86_400_001;
  state.rollbackLevel = 2;
  watch.look();
  expect(changes).toEqual(['manual_age firing', 'rollback_level firing']);
  expect(watch.readings().oldestManualMs).toBe(86_400_001);
});

test('a sync that stands still on purpose raises nothing', () => {
  const { watch, state, time, changes } = open();
  for (const now of ['paused', 'idle', 'loading'] as const) {
    state.state = now;
    watch.look();
    time.now += 3_600_000;
    watch.look();
  }
  expect(changes).toEqual([]);
});

test('one that begins anew again and again, and one that has failed, are told', () => {
  const { watch, state, time, changes } = open();
  state.state = 'starting';
  for (const after of [0, 29_000, 1000]) {
    time.now += after;
    watch.look();
  }
  expect(changes).toEqual(['not_running firing']);
  state.state = 'failed';
  watch.look();
  expect(changes).toEqual(['not_running firing', 'failed firing']);
});
