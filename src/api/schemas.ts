/** The forms of the API's requests and answers: validation and OpenAPI come from them. */
import { type TSchema, Type } from '@sinclair/typebox';
import { conflictKinds } from '../model/conflict.js';

const strict = { additionalProperties: false } as const;
export const oneOf = (values: readonly string[], description?: string): TSchema =>
  Type.Unsafe<string>({ type: 'string', enum: [...values], ...(description === undefined ? {} : { description }) });
export const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);

export const errorSchema = Type.Object({
  code: Type.String({ description: 'See docs/errors.md' }),
  message: Type.String(),
  remedy: Type.String(),
});

const linkSchema = Type.Object({
  position: orNull(Type.String()),
  lagMs: Type.Number({
    description: 'Age of the oldest change that has not crossed; 0 only when the log is read to its end',
  }),
  pending: Type.Number({ description: 'Changes read and not yet written' }),
  held: Type.Number({ description: 'Records that wait for the other side’s news' }),
  applied: Type.Number(),
  echoes: Type.Number(),
  latency: Type.Object({ p50Ms: Type.Number(), p95Ms: Type.Number(), p99Ms: Type.Number() }),
  lastError: orNull(Type.Object({ code: Type.String(), message: Type.String() })),
});

const syncState = oneOf(['starting', 'idle', 'loading', 'running', 'paused', 'failed', 'stopped']);

export const statusSchema = Type.Object({
  name: Type.String(),
  sqlServer: Type.String({ description: 'PostgreSQL, MariaDB, Oracle' }),
  phase: Type.String(),
  state: syncState,
  rollbackLevel: Type.Integer(),
  links: Type.Object({ sql_to_mongodb: linkSchema, mongodb_to_sql: linkSchema }),
  entities: Type.Array(
    Type.Object({
      table: Type.String(),
      collection: Type.String(),
      load: Type.Object({ state: oneOf(['none', 'open', 'done']), rows: Type.Number(), total: Type.Number() }),
      stopped: orNull(Type.String()),
    }),
  ),
  conflicts: Type.Object({ pending: Type.Number(), total: Type.Number() }),
  deadLetters: Type.Number(),
  clockSkewMs: Type.Number(),
  forecast: Type.Object({
    sql: Type.Object({
      retainedBytes: orNull(Type.Number({ description: 'WAL that is kept for our slot' })),
      limitBytes: orNull(Type.Number({ description: 'About where the slot is given up; null: no limit is set' })),
      hoursLeft: orNull(Type.Number({ description: 'At the present rate; null: not in sight' })),
    }),
    mongodb: Type.Object({
      windowSeconds: orNull(Type.Number({ description: 'From the oplog’s oldest entry to our place in it' })),
      hoursLeft: orNull(Type.Number()),
    }),
  }),
  transport: orNull(
    Type.Object({
      kind: oneOf(['kafka']),
      partitions: Type.Array(
        Type.Object({
          partition: Type.Integer(),
          owner: orNull(Type.String({ description: 'The process that has it' })),
          here: Type.Boolean({ description: 'It is the one that answers' }),
          state: syncState,
          lagMs: Type.Number(),
          pending: Type.Number(),
          held: Type.Number(),
          waiting: Type.Object({ sql: Type.Number(), mongodb: Type.Number() }),
        }),
      ),
      captures: Type.Array(
        Type.Object({
          side: oneOf(['sql', 'mongodb']),
          state: oneOf(['starting', 'standby', 'capturing', 'failed', 'stopped']),
          published: Type.Number(),
          lastError: orNull(Type.Object({ code: Type.String(), message: Type.String() })),
        }),
      ),
      unreadable: Type.Number({ description: 'Messages that could not be read' }),
    }),
  ),
});

export const healthSchema = Type.Object({ ok: Type.Boolean(), state: Type.String() });

export const conflictQuery = Type.Object(
  {
    state: Type.Optional(oneOf(['pending', 'propagating', 'resolved', 'superseded'])),
    table: Type.Optional(Type.String({ maxLength: 200 })),
    kind: Type.Optional(oneOf(conflictKinds)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  strict,
);

export const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, strict);

/** As stored; see the manual’s part on conflicts. */
export const conflictSchema = Type.Object(
  {
    conflictId: Type.String(),
    table: Type.String(),
    collection: Type.String(),
    kind: oneOf(conflictKinds),
    state: Type.String(),
  },
  { additionalProperties: true },
);

export const conflictPageSchema = Type.Object({ conflicts: Type.Array(conflictSchema), cursor: orNull(Type.String()) });

export const decider = Type.String({
  pattern: '^(?!policy$|agreement$)',
  minLength: 1,
  maxLength: 100,
  default: 'api',
  description: 'Who decides, for the record',
});

export const decisionBody = Type.Object(
  {
    use: oneOf(['sql', 'mongodb', 'base', 'value'], 'Which version shall stand on both sides'),
    value: Type.Optional(
      Type.Unknown({ description: 'For `value`: the record as a plain document with its key; null: no record' }),
    ),
    seen: Type.String({ minLength: 1, maxLength: 100, description: 'The shown conflict’s `seen`' }),
    by: decider,
  },
  strict,
);

export const decisionForAllBody = Type.Object(
  {
    use: oneOf(['sql', 'mongodb', 'base'], 'Which version shall stand on both sides'),
    table: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    kind: Type.Optional(oneOf(conflictKinds)),
    by: decider,
  },
  strict,
);

export const decisionCountsSchema = Type.Object({
  decided: Type.Integer(),
  moved: Type.Integer({ description: 'A side changed the record in between: these wait again' }),
  refused: Type.Integer({ description: 'The chosen version cannot stand on the other side' }),
  unknown: Type.Integer({ description: 'Not known in time: settled, or waiting still' }),
});

export const emptyBody = Type.Object({}, strict);

export const loadBody = Type.Object(
  { table: Type.String({ minLength: 1, maxLength: 200 }), from: oneOf(['sql', 'mongodb'], 'The side that is read') },
  strict,
);
