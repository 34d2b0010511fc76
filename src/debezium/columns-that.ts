/** Names mapped columns for a person. Pure. */
import type { Entity, Field } from '../model/entity.js';

const namesMost = 5;

/** The first few of those of which it holds; null: there is none. */
export function columnsThat(entities: ReadonlyMap<string, Entity>, holds: (field: Field) => boolean): string | null {
  const names = [...entities.values()].flatMap((entity) =>
    [...entity.key, ...entity.fields].filter(holds).map(({ column }) => `${entity.name}.${column}`),
  );
  if (names.length === 0) return null;
  const more = names.length - namesMost;
  return names.slice(0, namesMost).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
