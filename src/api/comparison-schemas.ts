/** What the routes of comparisons take and give, as schemas that validate and document. */
import { Type } from '@sinclair/typebox';
import { oneOf, orNull } from './schemas.js';

const strict = { additionalProperties: false } as const;

const side = oneOf(
  ['sql', 'mongodb', 'policy', 'queue'],
  'The side that is right; policy: what each table’s conflict policy decides; queue: a person, conflict by conflict',
);
const by = Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Who asks, for the record' }));

export const comparisonRequest = Type.Object(
  {
    entities: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: 10_000,
        description: 'Tables as schema.table; all by default',
      }),
    ),
    sample: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'The share of records; 1 by default' }),
    ),
    repair: Type.Optional(side),
    dryRun: Type.Optional(Type.Boolean({ description: 'With repair: only say what would be written' })),
    by,
  },
  strict,
);

export const repairRequest = Type.Object({ use: side, by }, strict);

export const comparisonsQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })) },
  strict,
);

export const differencesQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Differences' })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  strict,
);

const counts = {
  compared: Type.Integer(),
  different: Type.Integer({ description: 'Confirmed differences, missing records too' }),
  missing: Type.Object({ sql: Type.Integer(), mongodb: Type.Integer() }),
  repaired: Type.Integer(),
  waiting: Type.Integer({ description: 'Wait for a person or their target: shown as conflicts or dead letters' }),
  unsettled: Type.Integer({ description: 'Changed at every look: neither equal nor different' }),
};

const comparison = {
  id: Type.String(),
  state: oneOf(['queued', 'running', 'done', 'failed']),
  ...counts,
  total: Type.Integer({ description: 'About how many records there are' }),
  repair: orNull(side),
  dryRun: Type.Boolean(),
  planned: orNull(
    Type.Object(
      { insert: Type.Integer(), update: Type.Integer(), delete: Type.Integer() },
      { description: 'Of a dry run: what would be written on the side that is not right' },
    ),
  ),
  sample: Type.Number(),
  tables: Type.Record(Type.String(), Type.Object(counts)),
  startedAt: orNull(Type.String()),
  finishedAt: orNull(Type.String()),
  reason: oneOf(['asked', 'scheduled', 'rollback_level']),
  by: Type.String(),
  error: orNull(Type.Object({ code: Type.String(), message: Type.String() })),
};

export const comparisonSchema = Type.Object(comparison);
export const comparisonsSchema = Type.Object({ comparisons: Type.Array(comparisonSchema) });

export const comparisonDetailSchema = Type.Object({
  ...comparison,
  differences: Type.Array(
    Type.Object({
      table: Type.String(),
      key: Type.Unknown({ description: 'The plain value, or an object for several key columns' }),
      kind: oneOf(['missing_sql', 'missing_mongodb', 'different']),
      fields: Type.Array(Type.String()),
      state: oneOf(['open', 'repaired', 'moved', 'refused', 'pending']),
      reason: orNull(Type.String()),
    }),
  ),
  cursor: orNull(Type.String()),
});
