/** Records of one side, looked up by their keys on the other. Must not know in which order they come. */
import { slices } from '../base/slices.js';
import { recordId } from '../model/record.js';
import { isRefused } from '../model/refusal.js';
import type { Side } from '../model/side.js';
import type { SideStore } from '../ports/side-store.js';
import type { Met, Sample } from './met.js';
import type { Row } from './pages.js';
import { inSample } from './sample.js';

export interface LookUp extends Sample {
  readonly stores: Readonly<Record<Side, SideStore>>;
}

/** At most so many keys in one question. */
const most = 2000;

/** SQL's records are compared with MongoDB's. */
export async function lookUpOnMongodb({ stores, entity }: LookUp, rows: readonly Row[], met: Met): Promise<void> {
  for (const some of slices(rows, most)) {
    const refs = some.map(({ key }) => ({ entity: entity.name, key }));
    const found = await stores.mongodb.read(refs, { locked: false, raw: false });
    for (const { key, state } of some)
      met.take(key, state, found.get(recordId({ entity: entity.name, key }))?.state ?? null);
  }
}

/** Of MongoDB's records those count that SQL has not: the others are met with SQL's. */
export async function lookUpOnSql(
  { stores, entity, sample, seed }: LookUp,
  rows: readonly Row[],
  met: Met,
): Promise<void> {
  const drawn = rows.filter(({ key }) => inSample(seed, key, sample));
  for (const some of slices(drawn, most)) {
    const refs = some.map(({ key }) => ({ entity: entity.name, key }));
    const known = await stores.sql.existing(refs.filter(({ key }) => !isRefused(key)));
    for (const { key, state } of some)
      if (!known.has(recordId({ entity: entity.name, key }))) met.takeMissing(key, state);
  }
}
