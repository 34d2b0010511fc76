/** For tests: tables with a column of each type, policies and conflicts of their records. */
import { compilePolicy, type PolicyConfig } from '../conflict/compile-policy.js';
import type { ConflictFacts } from '../conflict/conflict-facts.js';
import type { Policy } from '../conflict/policy.js';
import type { ColumnKind, ColumnType, Entity, Field } from '../model/entity.js';
import type { State } from '../model/record.js';

const scalar = (kind: ColumnKind, sql: string): ColumnType => ({ kind, sql });
const text = scalar('text', 'text');

/** One type of each kind. */
export const typeOf: Readonly<Record<ColumnKind, ColumnType>> = {
  bool: scalar('bool', 'boolean'),
  int2: scalar('int2', 'smallint'),
  int4: scalar('int4', 'integer'),
  int8: scalar('int8', 'bigint'),
  float4: scalar('float4', 'real'),
  float8: scalar('float8', 'double precision'),
  numeric: scalar('numeric', 'numeric'),
  text,
  varchar: { kind: 'varchar', sql: 'varchar', length: 20 },
  char: { kind: 'char', sql: 'bpchar', length: 20 },
  citext: scalar('citext', 'citext'),
  timestamptz: scalar('timestamptz', 'timestamptz'),
  timestamp: scalar('timestamp', 'timestamp'),
  date: scalar('date', 'date'),
  time: scalar('time', 'time'),
  timetz: scalar('timetz', 'timetz'),
  interval: scalar('interval', 'interval'),
  uuid: scalar('uuid', 'uuid'),
  bytea: scalar('bytea', 'bytea'),
  json: scalar('json', 'json'),
  jsonb: scalar('jsonb', 'jsonb'),
  enum: { kind: 'enum', sql: 'public.stage', labels: ['new', 'paid', 'shipped'] },
  opaque: scalar('opaque', 'inet'),
  array: { kind: 'array', sql: 'text[]', element: text },
};

export function fieldOf(name: string, type: ColumnType, more: Partial<Field> = {}): Field {
  return { column: name, field: name, type, nullable: true, hasDefault: false, ...more };
}

/** `public.t`, with the key `id` (bigint) and these columns. */
export function entityOf(columns: Readonly<Record<string, ColumnType>>, more: Partial<Entity> = {}): Entity {
  return {
    name: 'public.t',
    schema: 'public',
    table: 't',
    collection: 't',
    key: [fieldOf('id', typeOf.int8, { field: '_id', nullable: false })],
    fields: Object.entries(columns).map(([name, type]) => fieldOf(name, type)),
    sequenceKey: false,
    mayDeviate: false,
    ...more,
  };
}

/** Throws where the configuration has a problem. */
export function policyOf(entity: Entity, config: Partial<PolicyConfig> & Pick<PolicyConfig, 'strategy'>): Policy {
  const { policy, problems } = compilePolicy({ delete: 'delete_wins', chosen: true, ...config }, entity);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

interface Versions {
  readonly base: State;
  readonly sql: State;
  readonly mongodb: State;
}

/** Of record 7 of `public.t`; SQL committed first. */
export function factsOf({ base, sql, mongodb }: Versions, more: Partial<ConflictFacts> = {}): ConflictFacts {
  const isDelete = sql === null || mongodb === null;
  return {
    entity: 'public.t',
    key: '7',
    kind: isDelete ? 'delete_update' : base === null ? 'insert_insert' : 'write_write',
    base,
    sql: { state: sql, raw: null, time: 1000, version: { sql: '1', mongodb: '0' } },
    mongodb: { state: mongodb, raw: null, time: 2000, version: { sql: '0', mongodb: '1' } },
    ...more,
  };
}
