/** For tests: small entities and states. */
import type { ColumnKind, Entity, Field } from '../../model/entity.js';
import type { RecordRef, State } from '../../model/record.js';

export function field(name: string, kind: ColumnKind, sql: string): Field {
  return { column: name, field: name, type: { kind, sql }, nullable: true, hasDefault: false };
}

export function entity(table: string, key: readonly Field[], fields: readonly Field[]): Entity {
  return {
    name: `public.${table}`,
    schema: 'public',
    table,
    collection: table,
    key,
    fields,
    sequenceKey: false,
    mayDeviate: false,
  };
}

export const users = entity(
  'users',
  [field('id', 'int8', 'bigint')],
  [field('name', 'text', 'text'), field('age', 'int4', 'integer'), field('data', 'jsonb', 'jsonb')],
);

/** A state of `users`. */
export function user(name: string | null, age: string | null = null, data: string | null = null): State {
  return [name, age, data];
}

export function ref(key: string, of: Entity = users): RecordRef {
  return { entity: of.name, key };
}
