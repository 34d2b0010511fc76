/** For tests: an entity of every type, as a key and beside it. */
import type { ColumnType, Entity, Field } from '../model/entity.js';

/** Column → its type and a canonical value. */
export const columns: Readonly<Record<string, readonly [type: ColumnType, value: string]>> = {
  N: [{ kind: 'int4', sql: 'number', precision: 9 }, '-7'],
  D: [{ kind: 'numeric', sql: 'number', precision: 10, scale: 2 }, '1.5'],
  F: [{ kind: 'float8', sql: 'binary_double' }, '0.1'],
  C: [{ kind: 'char', sql: 'char', length: 5 }, ''],
  NC: [{ kind: 'char', sql: 'nchar', length: 5 }, 'ä'],
  V: [{ kind: 'varchar', sql: 'varchar2', length: 20 }, "it's"],
  NV: [{ kind: 'varchar', sql: 'nvarchar2', length: 20 }, '🌿'],
  R: [{ kind: 'bytea', sql: 'raw', length: 9 }, '00ff'],
  DT: [{ kind: 'timestamp', sql: 'date', precision: 0 }, '2024-02-29T03:04:05.000Z'],
  TS: [{ kind: 'timestamp', sql: 'timestamp', precision: 6 }, '2024-02-29T03:04:05.678Z'],
  TZ: [{ kind: 'timestamptz', sql: 'timestamp with time zone', precision: 6 }, '2024-02-29T03:04:05.678Z'],
  L: [{ kind: 'timestamptz', sql: 'timestamp with local time zone', precision: 3 }, '2024-02-29T03:04:05.678Z'],
};

export function entityOf(name: string, key: readonly string[], fields: readonly string[]): Entity {
  return {
    name: `SHOP.${name}`,
    schema: 'SHOP',
    table: name,
    collection: name,
    key: key.map(field),
    fields: fields.map(field),
    sequenceKey: false,
    mayDeviate: true,
  };
}

function field(column: string): Field {
  const type = (columns[column] as (typeof columns)[string])[0];
  return { column, field: column, type, nullable: column !== 'N', hasDefault: column === 'N' };
}
