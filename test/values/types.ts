/** The column types that the laws are tried on. */
import type { ColumnType } from '../../src/model/entity.js';

/** `declared` is the column as a table would have it; `type` what the mapping makes of it. */
export interface TriedType {
  readonly declared: string;
  readonly type: ColumnType;
}

const array = (element: ColumnType): ColumnType => ({ kind: 'array', sql: `${element.sql}[]`, element });
const text: ColumnType = { kind: 'text', sql: 'text' };
const integer: ColumnType = { kind: 'int4', sql: 'integer' };
const numeric: ColumnType = { kind: 'numeric', sql: 'numeric' };
const jsonb: ColumnType = { kind: 'jsonb', sql: 'jsonb' };
const instant: ColumnType = { kind: 'timestamptz', sql: 'timestamptz' };
const uuid: ColumnType = { kind: 'uuid', sql: 'uuid' };
const date: ColumnType = { kind: 'date', sql: 'date' };
const mood: ColumnType = { kind: 'enum', sql: 'public.mood', labels: ['sad', 'ok', 'Very happy, "so"'] };

export const triedTypes: readonly TriedType[] = [
  { declared: 'boolean', type: { kind: 'bool', sql: 'boolean' } },
  { declared: 'smallint', type: { kind: 'int2', sql: 'smallint' } },
  { declared: 'integer', type: integer },
  { declared: 'bigint', type: { kind: 'int8', sql: 'bigint' } },
  { declared: 'real', type: { kind: 'float4', sql: 'real' } },
  { declared: 'double precision', type: { kind: 'float8', sql: 'double precision' } },
  { declared: 'numeric', type: numeric },
  { declared: 'numeric(10,2)', type: { ...numeric, precision: 10, scale: 2 } },
  { declared: 'numeric(3,5)', type: { ...numeric, precision: 3, scale: 5 } },
  { declared: 'numeric(4,-2)', type: { ...numeric, precision: 4, scale: -2 } },
  { declared: 'numeric', type: { ...numeric, document: 'double' } },
  { declared: 'numeric', type: { ...numeric, document: 'string' } },
  { declared: 'text', type: text },
  { declared: 'text', type: { ...text, document: 'objectId' } },
  { declared: 'varchar(5)', type: { kind: 'varchar', sql: 'varchar', length: 5 } },
  { declared: 'char(5)', type: { kind: 'char', sql: 'bpchar', length: 5 } },
  { declared: 'timestamptz', type: instant },
  { declared: 'timestamptz(1)', type: { ...instant, precision: 1 } },
  { declared: 'timestamp', type: { kind: 'timestamp', sql: 'timestamp' } },
  { declared: 'timestamp', type: { kind: 'timestamp', sql: 'timestamp', document: 'string' } },
  { declared: 'date', type: date },
  { declared: 'date', type: { ...date, document: 'date' } },
  { declared: 'time', type: { kind: 'time', sql: 'time' } },
  { declared: 'time(2)', type: { kind: 'time', sql: 'time', precision: 2 } },
  { declared: 'timetz', type: { kind: 'timetz', sql: 'timetz' } },
  { declared: 'interval', type: { kind: 'interval', sql: 'interval' } },
  { declared: 'interval(3)', type: { kind: 'interval', sql: 'interval', precision: 3 } },
  { declared: 'uuid', type: uuid },
  { declared: 'uuid', type: { ...uuid, document: 'string' } },
  { declared: 'bytea', type: { kind: 'bytea', sql: 'bytea' } },
  { declared: 'json', type: { kind: 'json', sql: 'json' } },
  { declared: 'jsonb', type: jsonb },
  { declared: 'public.mood', type: mood },
  { declared: 'text[]', type: array(text) },
  { declared: 'integer[]', type: array(integer) },
  { declared: 'numeric(10,2)[]', type: array({ ...numeric, precision: 10, scale: 2 }) },
  { declared: 'timestamptz[]', type: array(instant) },
  { declared: 'jsonb[]', type: array(jsonb) },
  { declared: 'public.mood[]', type: array(mood) },
];

export function nameOf({ declared, type }: TriedType): string {
  return type.document === undefined ? declared : `${declared} as ${type.document}`;
}
