/** A running sync's numbers in the forms of `GET /api/metrics` and `GET /api/status`. Pure. */
import type { IsthmusError } from '../base/errors.js';
import type { Entity } from '../model/entity.js';
import type { LinkName, Side } from '../model/side.js';
import type { Counts } from '../observe/collector.js';
import type { ConflictTotals } from '../observe/conflict-numbers.js';
import type { LogRooms } from '../observe/log-rooms.js';
import type { EngineStatus } from '../sync/engine.js';
import type { EntityStatus, LinkStatus, SyncNumbers, SyncStatus } from './sync.js';
import type { Watch } from './watch/watch.js';

export interface NumbersOf {
  readonly status: SyncStatus;
  readonly counts: Counts;
  readonly totals: ConflictTotals;
  readonly watch: Watch;
}

export function syncNumbers({ status, counts, totals, watch }: NumbersOf): SyncNumbers {
  const { sql, mongodb } = watch.forecast();
  const { autoResolutionRate, ...conflicts } = totals;
  return {
    syncLatency: byLink(status, ({ latency }) => latency),
    throughput: counts.throughput,
    conflictRate: counts.conflictRate.value,
    divergenceRate: watch.divergenceRate,
    autoResolutionRate,
    manualResolutionPending: conflicts.pendingManual,
    errorRate: counts.errorRate.value,
    retryRate: counts.retryRate.value,
    dlqMessages: status.deadLetters,
    cdcLag: byLink(status, ({ lagMs }) => lagMs),
    kafkaLag: messagesWaiting(status.transport),
    replicationLag: { sql: sql.room?.kept ?? null, mongodb: mongodb.room?.kept ?? null },
    conflicts,
  };
}

function messagesWaiting(transport: SyncStatus['transport']): number | null {
  if (transport === null) return null;
  return transport.partitions.reduce((sum, { waiting }) => sum + waiting.sql + waiting.mongodb, 0);
}

/** Without limits and endless times, which JSON does not know. */
export function shownForecast({ sql, mongodb }: ReturnType<LogRooms['forecast']>): SyncStatus['forecast'] {
  const finite = (hours: number | null): number | null => (hours !== null && Number.isFinite(hours) ? hours : null);
  const left = sql.room?.left ?? null;
  return {
    sql: {
      retainedBytes: sql.room?.kept ?? null,
      limitBytes: sql.room === null || left === null ? null : sql.room.kept + left,
      hoursLeft: finite(sql.hoursLeft),
    },
    mongodb: { windowSeconds: mongodb.room?.left ?? null, hoursLeft: finite(mongodb.hoursLeft) },
  };
}

function byLink<T>({ links }: SyncStatus, read: (link: LinkStatus) => T): Record<LinkName, T> {
  return { sql_to_mongodb: read(links.sql_to_mongodb), mongodb_to_sql: read(links.mongodb_to_sql) };
}

export function entityStatus(
  { name, collection }: Pick<Entity, 'name' | 'collection'>,
  now: EngineStatus,
): EntityStatus {
  const found = now.entities.find(({ entity }) => entity === name);
  const load = found?.load ?? null;
  return {
    table: name,
    collection,
    load: { state: load?.state ?? 'none', rows: load?.rows ?? 0, total: load?.total ?? 0 },
    stopped: found?.stopped ?? null,
  };
}

export function linkStatus(
  now: EngineStatus['links'][Side],
  counts: Counts['links'][LinkName],
  lastError: IsthmusError | null,
): LinkStatus {
  const { p50Ms, p95Ms, p99Ms } = counts.latency;
  return {
    position: now.position,
    lagMs: Math.round(now.lagMs),
    pending: now.pending,
    held: now.held,
    applied: counts.applied,
    echoes: counts.echoes,
    latency: { p50Ms, p95Ms, p99Ms },
    lastError: lastError === null ? null : { code: lastError.code, message: lastError.message },
  };
}
