/** A table by the name that a person gave. */
import { IsthmusError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { Entity } from '../model/entity.js';

/** Throws `not_found` for a table that is not synced. */
export function entityNamed(entities: ReadonlyMap<string, Entity>, table: string): Entity {
  const entity = entities.get(table);
  if (entity !== undefined) return entity;
  throw new IsthmusError('not_found', {
    message: `The table ${table} is not synced${didYouMean(table, entities.keys())}`,
    remedy: 'Name it as schema.table; `isthmus status` lists what is synced.',
  });
}
