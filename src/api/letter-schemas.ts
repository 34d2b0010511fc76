/** The forms of what the API tells about dead letters, and takes. */
import { type TSchema, Type } from '@sinclair/typebox';
import { decider } from './schemas.js';

const strict = { additionalProperties: false } as const;
const oneOf = (values: readonly string[], description?: string): TSchema =>
  Type.Unsafe<string>({ type: 'string', enum: [...values], ...(description === undefined ? {} : { description }) });
const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const values = orNull(Type.Record(Type.String(), orNull(Type.String())));

/** So many of those that were given up are looked through. */
export const mostDiscarded = 10_000;

export const letterQuery = Type.Object(
  {
    state: Type.Optional(oneOf(['open', 'discarded'], 'open by default')),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostDiscarded, default: 1000 })),
  },
  strict,
);

export const deadLetterSchema = Type.Object({
  id: Type.String(),
  table: Type.String(),
  key: Type.String(),
  link: oneOf(['sql_to_mongodb', 'mongodb_to_sql']),
  code: Type.String(),
  reason: Type.String(),
  attempts: Type.Integer(),
  firstAt: Type.String(),
  lastAt: Type.String(),
  before: values,
  after: values,
  state: oneOf(['open', 'discarded']),
  discardedAt: orNull(Type.String()),
  discardedBy: orNull(Type.String()),
});

export const deadLettersSchema = Type.Object({ deadLetters: Type.Array(deadLetterSchema) });

export const letterBody = Type.Object({ by: Type.Optional(decider) }, strict);

export const lettersBody = Type.Object(
  { table: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), by: Type.Optional(decider) },
  strict,
);

export const letterAnswerSchema = Type.Object({
  id: Type.String(),
  outcome: oneOf(['crossed', 'discarded', 'refused', 'conflict'], 'conflict: a conflict about the record waits now'),
  reason: orNull(Type.String({ description: 'Why its target still refuses it' })),
});

export const letterCountsSchema = Type.Object({
  crossed: Type.Integer(),
  discarded: Type.Integer(),
  refused: Type.Integer(),
  conflict: Type.Integer(),
  left: Type.Integer({ description: 'A newer change came in between, or the outcome was not known in time' }),
});
