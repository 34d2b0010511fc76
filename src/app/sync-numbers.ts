/** A running sync's numbers in the form of `GET /api/metrics`. Pure. */
import type { LinkName } from '../model/side.js';
import type { Counts } from '../observe/collector.js';
import type { ConflictTotals } from '../observe/conflict-numbers.js';
import type { LinkStatus, SyncNumbers, SyncStatus } from './sync.js';

export function syncNumbers(status: SyncStatus, counts: Counts, totals: ConflictTotals): SyncNumbers {
  const { autoResolutionRate, ...conflicts } = totals;
  const links = Object.values(counts.links);
  const attempts = links.reduce((sum, link) => sum + link.attempts, 0);
  const failed = links.reduce((sum, link) => sum + link.failedAttempts, 0);
  return {
    syncLatency: byLink(status, ({ latency }) => latency),
    throughput: counts.throughput,
    conflictRate: counts.conflictRate,
    autoResolutionRate,
    manualResolutionPending: conflicts.pendingManual,
    errorRate: attempts === 0 ? 0 : failed / attempts,
    dlqMessages: status.deadLetters,
    cdcLag: byLink(status, ({ lagMs }) => lagMs),
    conflicts,
  };
}

function byLink<T>({ links }: SyncStatus, read: (link: LinkStatus) => T): Record<LinkName, T> {
  return { sql_to_mongodb: read(links.sql_to_mongodb), mongodb_to_sql: read(links.mongodb_to_sql) };
}
