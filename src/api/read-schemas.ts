/** The forms of live reads, as applications tell them and as their comparison is told. */
import { Type } from '@sinclair/typebox';

const strict = { additionalProperties: false } as const;

export const readBody = Type.Object(
  {
    table: Type.String({ minLength: 1, maxLength: 200, description: 'schema.table' }),
    key: Type.Unsafe<unknown>({
      type: ['string', 'number', 'boolean', 'object'],
      maxLength: 4000,
      maxProperties: 32,
      description: 'The plain value; for several key columns an object',
    }),
    served: Type.Unsafe<string>({ type: 'string', enum: ['sql', 'mongodb'], description: 'Who answered the reader' }),
  },
  strict,
);

export const readsBody = Type.Object({ reads: Type.Array(readBody, { minItems: 1, maxItems: 500 }) }, strict);

export const readAcceptedSchema = Type.Object({
  accepted: Type.Boolean({ description: 'false: too many wait already; it is skipped and counted' }),
});

export const readsAcceptedSchema = Type.Object({ accepted: Type.Integer(), skipped: Type.Integer() });

const counts = {
  total: Type.Integer(),
  compared: Type.Integer(),
  different: Type.Integer({ description: 'Confirmed differences' }),
  inFlight: Type.Integer({ description: 'Differed at first, for a change on its way: compared, and equal' }),
  waiting: Type.Integer({ description: 'The record waits for a person or for its target; not compared' }),
  skipped: Type.Integer({ description: 'Too many at once, or the sync could not compare' }),
  rate: Type.Number({ description: 'Different / compared' }),
};

export const readCountsSchema = Type.Object({
  ...counts,
  queued: Type.Integer({ description: 'Accepted, and not compared yet' }),
  byTable: Type.Record(Type.String(), Type.Object(counts)),
});
