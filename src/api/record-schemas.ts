/** The forms of what the API tells about the record of conflicts: numbers, replay, explanation. */
import { type TSchema, Type } from '@sinclair/typebox';
import { strategies } from '../config/entity-schema.js';
import { conflictKinds } from '../model/conflict.js';

const strict = { additionalProperties: false } as const;
const oneOf = (values: readonly string[], description?: string): TSchema =>
  Type.Unsafe<string>({ type: 'string', enum: [...values], ...(description === undefined ? {} : { description }) });
const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const table = Type.String({ minLength: 1, maxLength: 200, description: 'schema.table' });

const byLink = (schema: TSchema): TSchema => Type.Object({ sql_to_mongodb: schema, mongodb_to_sql: schema });
const countsByName = (description: string): TSchema => Type.Record(Type.String(), Type.Integer(), { description });

export const numbersSchema = Type.Object({
  syncLatency: byLink(Type.Object({ p50Ms: Type.Number(), p95Ms: Type.Number(), p99Ms: Type.Number() })),
  throughput: Type.Number({ description: 'Records written a second, over the last minute' }),
  conflictRate: Type.Number({ description: 'Conflicts / changes read, over the last hour or since the start' }),
  divergenceRate: orNull(
    Type.Number({ description: 'Confirmed differences / records compared, last comparison; null: none yet' }),
  ),
  autoResolutionRate: Type.Number({
    description: 'Conflicts that needed no person / all conflicts; 1 while there was none',
  }),
  manualResolutionPending: Type.Integer({ description: 'Conflicts that wait for a person' }),
  errorRate: Type.Number({ description: 'Failed write attempts / attempts, over the last hour or since the start' }),
  retryRate: Type.Number({ description: 'Repeated write attempts / attempts, over the same time' }),
  dlqMessages: Type.Integer({ description: 'Dead letters' }),
  cdcLag: byLink(Type.Number({ description: 'Age of the oldest change that has not crossed, in ms' })),
  kafkaLag: orNull(Type.Number({ description: 'Messages that wait in both topics; null without Kafka' })),
  replicationLag: Type.Object({
    sql: orNull(Type.Number({ description: 'Bytes of WAL that PostgreSQL keeps for us' })),
    mongodb: orNull(Type.Number({ description: 'Seconds of oplog from our place to its end' })),
  }),
  conflicts: Type.Object({
    total: Type.Integer({ description: 'Ever, those that are no longer kept too' }),
    last24h: Type.Integer(),
    byTable: countsByName('Table → conflicts ever'),
    byKind: countsByName('Kind → conflicts ever'),
    byStrategy: countsByName('Strategy that decided, or that left it to a person → conflicts ever'),
    avgResolutionMs: orNull(Type.Number({ description: 'From being found to being written on both sides' })),
    pendingManual: Type.Integer(),
  }),
});

export const replayQuery = Type.Object(
  {
    strategy: oneOf([...strategies, 'configured'], 'configured: the policies that are in use'),
    since: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'Conflicts found since: 24h, 7d, or a time like 2026-01-31T12:00:00Z',
      }),
    ),
    table: Type.Optional(table),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, default: 10_000, description: 'The newest so many' }),
    ),
  },
  strict,
);

const decision = { resolution: Type.String(), strategy: Type.String() };

export const replaySchema = Type.Object({
  strategy: Type.String(),
  replayed: Type.Integer(),
  same: Type.Integer(),
  different: Type.Integer(),
  wouldWait: Type.Integer({ description: 'Was decided, and would have waited for a person' }),
  wouldDecide: Type.Integer({ description: 'Waited for a person, and would have been decided' }),
  skipped: Type.Integer({ description: 'Of tables that the strategy does not fit' }),
  unfit: Type.Array(Type.Object({ table: Type.String(), reason: Type.String() })),
  oldest: orNull(Type.String({ description: 'When the oldest that was looked at was found' })),
  more: Type.Boolean({ description: 'Older ones were left out for the limit' }),
  differences: Type.Array(
    Type.Object({
      conflictId: Type.String(),
      table: Type.String(),
      key: Type.Unknown(),
      kind: oneOf(conflictKinds),
      foundAt: Type.String(),
      was: Type.Object({ ...decision, by: orNull(Type.String()) }),
      would: Type.Object({ ...decision, reason: orNull(Type.String()) }),
      fields: Type.Array(
        Type.Object({
          field: Type.String(),
          was: Type.Optional(Type.Unknown()),
          would: Type.Optional(Type.Unknown()),
          rule: orNull(Type.String()),
        }),
      ),
    }),
    { description: 'The newest 200 at most' },
  ),
});

export const explainQuery = Type.Object(
  {
    table,
    key: Type.String({ maxLength: 4000, description: 'The plain value, or a JSON object for several key columns' }),
  },
  strict,
);

const decidingConflict = Type.Object({
  conflictId: Type.String(),
  kind: oneOf(conflictKinds),
  strategy: Type.String(),
  rule: orNull(Type.String()),
  taken: oneOf(['sql', 'mongodb', 'both', 'merged']),
  onlyChangedBy: orNull(oneOf(['sql', 'mongodb'])),
  decidedBy: orNull(Type.String()),
  decidedAt: Type.String(),
  writtenAt: orNull(Type.String()),
});

export const explanationSchema = Type.Object({
  table: Type.String(),
  collection: Type.String(),
  key: Type.Unknown(),
  present: Type.Object({ sql: Type.Boolean(), mongodb: Type.Boolean() }),
  equal: Type.Boolean(),
  pending: orNull(
    Type.Object({
      conflictId: Type.String(),
      kind: oneOf(conflictKinds),
      strategy: Type.String(),
      reason: orNull(Type.String()),
      since: Type.String(),
    }),
  ),
  deadLetter: orNull(
    Type.Object({ id: Type.String(), link: Type.String(), code: Type.String(), reason: Type.String() }),
  ),
  deletedBy: orNull(decidingConflict),
  fields: Type.Array(
    Type.Object({
      field: Type.String(),
      sql: Type.Optional(Type.Unknown()),
      mongodb: Type.Optional(Type.Unknown()),
      equal: Type.Boolean(),
      origin: Type.Object({
        from: oneOf(['conflict', 'later_change', 'pending', 'no_conflict']),
        side: Type.Optional(orNull(oneOf(['sql', 'mongodb']))),
        conflict: Type.Optional(decidingConflict),
      }),
    }),
  ),
  conflicts: Type.Integer(),
  more: Type.Boolean(),
});
