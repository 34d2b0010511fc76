/** How long a batch's changes took, from commit on the source to commit on the target, both on one clock. Pure. */
import type { AppliedBatch } from '../sync/observer.js';

/**
 * One for each source transaction, and one for each change that was held and crosses later by itself. Rows of a load have
 * none: they were committed long before anybody asked for them. `skewMs`: how far SQL's clock is ahead of MongoDB's.
 */
export function crossingTimes(batch: AppliedBatch, skewMs: number): number[] {
  const ahead = batch.link === 'sql_to_mongodb' ? skewMs : -skewMs;
  const since = (commit: number): number => Math.max(0, batch.committedAt - commit + ahead);
  return [...batch.commits.map(since), ...batch.heldCommits.map(since)];
}
