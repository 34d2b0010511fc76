/** What a report takes from a running sync, as it stands. Pure. */
import type { Course } from '../../observe/history.js';
import type { ConflictStore } from '../../ports/conflict-store.js';
import type { SyncStatus } from '../sync.js';
import type { ReportSources } from './report.js';

export function storyOf(
  conflicts: Pick<ConflictStore, 'counts' | 'records'>,
  { entities }: SyncStatus,
  { links }: Course,
): Pick<ReportSources, 'conflicts' | 'stoppedTables' | 'lag'> {
  const stopped = entities.flatMap(({ table, stopped: reason }) => (reason === null ? [] : [[table, reason] as const]));
  const lag = Object.entries(links).map(([link, { lagMs }]) => [link, lagMs] as const);
  return { conflicts, stoppedTables: Object.fromEntries(stopped), lag: Object.fromEntries(lag) };
}
