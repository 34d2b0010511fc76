/** What is counted, and that latencies are taken on one clock. */
import { describe, expect, it } from 'vitest';
import type { ConflictRecord } from '../model/conflict.js';
import { Collector } from './collector.js';
import type { Readings } from './gauges.js';
import { Prometheus } from './prometheus.js';

const batch = (link: 'sql_to_mongodb' | 'mongodb_to_sql') => ({
  link,
  writes: [
    { entity: 'public.users', key: '1', before: null, after: ['a'] },
    { entity: 'public.users', key: '2', before: ['a'], after: ['b'] },
    { entity: 'public.users', key: '3', before: ['a'], after: null },
  ],
  commits: [1000, 1000],
  heldCommits: [],
  committedAt: 1100,
});

const conflict = (state: ConflictRecord['state'], id = 'c') =>
  ({
    id,
    state,
    kind: 'write_write',
    entity: 'public.users',
    strategy: 'lww',
    resolution: 'sql_wins',
  }) as ConflictRecord;

describe('the collector', () => {
  it('corrects latencies by the clocks’ skew, each link its own way', () => {
    const collector = new Collector(
      () => 40,
      () => 0,
    );
    collector.applied(batch('sql_to_mongodb'));
    collector.applied(batch('mongodb_to_sql'));
    const { sql_to_mongodb, mongodb_to_sql } = collector.counts().links;
    expect(sql_to_mongodb.latency.p50Ms).toBeCloseTo(140, -1);
    expect(mongodb_to_sql.latency.p50Ms).toBeCloseTo(60, -1);
    expect([sql_to_mongodb.applied, sql_to_mongodb.transactions]).toEqual([3, 2]);
  });

  it('counts a conflict once, however often it changes while it waits', () => {
    const collector = new Collector(
      () => 0,
      () => 0,
    );
    for (const state of ['pending', 'pending', 'propagating'] as const) collector.conflict(conflict(state));
    collector.conflict(conflict('propagating', 'other'));
    expect(collector.counts().conflicts).toEqual({ write_write: 2 });
  });

  it('leaves out what an earlier process found and a person decides only now', () => {
    const collector = new Collector(
      () => 0,
      () => 5000,
    );
    collector.conflict({ ...conflict('propagating'), createdAt: 4999 });
    collector.conflict({ ...conflict('propagating', 'new'), createdAt: 5000 });
    expect(collector.counts().conflicts).toEqual({ write_write: 1 });
  });
});

describe('rates', () => {
  it('are those of the last hour and the last minute', () => {
    const clock = { at: 0 };
    const collector = new Collector(
      () => 0,
      () => clock.at,
    );
    expect(collector.counts()).toMatchObject({ conflictRate: { value: 0, events: 0 }, throughput: 0 });
    collector.conflict(conflict('propagating'));
    expect(collector.counts().conflictRate).toEqual({ value: 1, events: 0 });
    collector.read('sql_to_mongodb', 60, 5);
    collector.read('mongodb_to_sql', 40, 5);
    collector.applied(batch('sql_to_mongodb'));
    clock.at = 30_000;
    expect(collector.counts()).toMatchObject({ conflictRate: { value: 0.01, events: 100 }, throughput: 0.1 });
    clock.at = 90_000;
    expect(collector.counts()).toMatchObject({ conflictRate: { value: 0.01, events: 100 }, throughput: 0 });
    clock.at = 3_700_000;
    expect(collector.counts().conflictRate.value).toBe(0);
  });

  it('tell failed attempts and repeated ones apart, and forget both after an hour', () => {
    const clock = { at: 0 };
    const collector = new Collector(
      () => 0,
      () => clock.at,
    );
    collector.attempt('sql_to_mongodb', { failed: true, repeated: false });
    collector.attempt('sql_to_mongodb', { failed: true, repeated: true });
    collector.attempt('mongodb_to_sql', { failed: false, repeated: true });
    collector.attempt('mongodb_to_sql', { failed: false, repeated: false });
    expect(collector.counts()).toMatchObject({
      errorRate: { value: 0.5, events: 4 },
      retryRate: { value: 0.5, events: 4 },
      links: { sql_to_mongodb: { attempts: 2, failedAttempts: 2, repeatedAttempts: 1 } },
    });
    clock.at = 3_700_000;
    expect(collector.counts()).toMatchObject({ errorRate: { value: 0, events: 0 } });
  });

  it('count a held change’s way when it has crossed', () => {
    const collector = new Collector(
      () => 0,
      () => 0,
    );
    collector.applied({ ...batch('sql_to_mongodb'), commits: [], heldCommits: [100] });
    const { latency, transactions } = collector.counts().links.sql_to_mongodb;
    expect([latency.count, transactions]).toEqual([1, 0]);
    expect(latency.p50Ms).toBeCloseTo(1000, -2);
    expect(collector.latencyOver('sql_to_mongodb', 5).count).toBe(1);
  });
});

describe('Prometheus', () => {
  const make = () =>
    new Prometheus({ tables: ['public.users'], strategies: new Map([['public.users', 'lww']]), skewMs: () => 1500 });
  const readings: Readings = {
    links: { sql_to_mongodb: { lagMs: 250, held: 1 }, mongodb_to_sql: { lagMs: 0, held: 0 } },
    state: 'running',
    phase: 'replicate',
    rollbackLevel: 0,
    conflictsPending: 2,
    oldestManualMs: 60_000,
    deadLetters: 3,
    stoppedTables: { 'public.users': false },
    divergenceRate: null,
    forecast: {
      sql: { room: { unit: 'bytes', kept: 1024, left: 4096 }, hoursLeft: 2.5 },
      mongodb: { room: null, hoursLeft: null },
    },
    firing: ['cdc_lag', 'cdc_lag'],
    transport: null,
  };

  it('has the known label sets at zero from the start', async () => {
    const { body } = await make().text(readings);
    for (const line of [
      'isthmus_changes_applied_total{link="mongodb_to_sql",table="public.users",operation="delete"} 0',
      'isthmus_conflicts_total{table="public.users",kind="write_write",strategy="lww",resolution="sql_wins"} 0',
      'isthmus_errors_total{code="fenced"} 0',
      'isthmus_sync_latency_seconds_count{link="sql_to_mongodb"} 0',
      'isthmus_lag_seconds{link="sql_to_mongodb"} 0.25',
      'isthmus_conflicts_pending 2',
      'isthmus_dead_letters 3',
      'isthmus_clock_skew_seconds 1.5',
      'isthmus_retries_total{link="sql_to_mongodb"} 0',
      'isthmus_compared_records_total{table="public.users"} 0',
      'isthmus_divergent_records{table="public.users"} 0',
      'isthmus_retained_wal_bytes 1024',
      'isthmus_log_hours_left{side="sql"} 2.5',
      'isthmus_phase 3',
      'isthmus_state{state="running"} 1',
      'isthmus_state{state="failed"} 0',
      'isthmus_alerts_firing{alert="cdc_lag"} 2',
      'isthmus_alerts_firing{alert="failed"} 0',
    ])
      expect(body.split('\n')).toContain(line);
  });

  it('leaves out what cannot be read, and brings it when it can', async () => {
    const prometheus = make();
    const absent = [
      'isthmus_oplog_window_seconds',
      'isthmus_log_hours_left{side="mongodb"}',
      'isthmus_divergence_rate',
    ];
    const has = (body: string) => absent.map((name) => body.split('\n').some((line) => line.startsWith(`${name} `)));
    expect(has((await prometheus.text(readings)).body)).toEqual([false, false, false]);
    const mongodb = { room: { unit: 'seconds' as const, kept: 1, left: 3600 }, hoursLeft: 1 };
    const later = { ...readings, divergenceRate: 0, forecast: { ...readings.forecast, mongodb } };
    expect(has((await prometheus.text(later)).body)).toEqual([true, true, true]);
    expect(has((await prometheus.text(readings)).body)).toEqual([false, false, false]);
  });

  it('shows of a sync over Kafka the partitions of its own process, and nothing of one that is another’s now', async () => {
    const prometheus = make();
    const partition = (at: number, here: boolean) => ({
      partition: at,
      here,
      lagMs: 1500 + at,
      waiting: { sql: 7, mongodb: at },
    });
    const over = (partitions: readonly ReturnType<typeof partition>[]) => ({
      ...readings,
      transport: {
        partitions,
        captures: [{ side: 'sql' as const, state: 'capturing', published: 9 }],
        unreadable: 2,
      },
    });
    const { body } = await prometheus.text(over([partition(0, true), partition(1, false), partition(2, true)]));
    for (const line of [
      'isthmus_partition_lag_messages{side="sql",partition="0"} 7',
      'isthmus_partition_lag_messages{side="mongodb",partition="2"} 2',
      'isthmus_partition_lag_seconds{partition="2"} 1.502',
      'isthmus_partitions 2',
      'isthmus_capture_active{side="sql"} 1',
      'isthmus_capture_published{side="sql"} 9',
      'isthmus_unreadable_messages 2',
    ])
      expect(body.split('\n')).toContain(line);
    expect(body).not.toContain('partition="1"');
    expect((await prometheus.text(over([partition(0, true)]))).body).not.toContain('partition="2"');
    expect((await make().text(readings)).body).not.toContain('isthmus_partition');
  });

  it('adds comparisons up and shows what the last one found', async () => {
    const prometheus = make();
    prometheus.tableCompared('public.users', { compared: 100, different: 3 });
    prometheus.tableCompared('public.users', { compared: 100, different: 1 });
    const { body } = await prometheus.text(readings);
    expect(body).toContain('isthmus_compared_records_total{table="public.users"} 200');
    expect(body).toContain('isthmus_divergent_records{table="public.users"} 1');
  });

  it('counts by operation, and never names a key', async () => {
    const prometheus = make();
    prometheus.applied(batch('sql_to_mongodb'));
    prometheus.conflict({ ...conflict('propagating'), resolvedBy: 'policy' });
    // It was counted as pending when it was found.
    prometheus.conflict({ ...conflict('propagating'), resolvedBy: 'somebody' });
    const { body } = await prometheus.text(readings);
    for (const operation of ['insert', 'update', 'delete']) {
      expect(body).toContain(
        `isthmus_changes_applied_total{link="sql_to_mongodb",table="public.users",operation="${operation}"} 1`,
      );
    }
    expect(body).toContain(
      'isthmus_conflicts_total{table="public.users",kind="write_write",strategy="lww",resolution="sql_wins"} 1',
    );
  });
});
