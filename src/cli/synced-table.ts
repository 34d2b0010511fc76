/** Tells a table's wrong name from one without conflicts. Must not know what the table is asked for. */
import type { SyncStatus } from '../app/sync.js';
import { IsthmusError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { type ApiTarget, askApi } from './client.js';

/** For a question that found nothing: a table that was synced once may have conflicts on record. */
export async function mustBeSynced(target: ApiTarget, table: string): Promise<void> {
  const { entities } = (await askApi(target, 'GET', '/api/status')) as SyncStatus;
  const names = entities.map((entity) => entity.table);
  if (names.includes(table)) return;
  throw new IsthmusError('not_found', {
    message: `The table ${table} is not synced${didYouMean(table, names)}`,
    remedy: 'Name it as schema.table; `isthmus status` lists what is synced.',
  });
}
