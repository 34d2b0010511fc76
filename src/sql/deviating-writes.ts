/** What a progress row must carry of a plan's writes. Pure; must not know a server. */
import type { Entity } from '../model/entity.js';
import type { RecordId, State } from '../model/record.js';
import { recordId, toldBy } from '../model/record.js';
import type { Plan, RecordWrite } from '../ports/side-store.js';

/** All that is written, if any of it may deviate: what else the transaction holds then stems from a trigger or a cascade. */
export function deviatingWrites(entities: ReadonlyMap<string, Entity>, plan: Plan): ReadonlyMap<RecordId, State> {
  const wrote = new Map<RecordId, State>();
  const deviates = ({ entity, told }: RecordWrite): boolean =>
    told !== undefined || entities.get(entity)?.mayDeviate === true;
  if (!plan.writes.some(deviates)) return wrote;
  for (const write of plan.writes) wrote.set(recordId(write), toldBy(write));
  return wrote;
}
