/** The forms of alerts and of the course that charts show. */
import { Type } from '@sinclair/typebox';
import { oneOf, orNull } from './schemas.js';

const alertSchema = Type.Object({
  name: Type.String({ description: 'Of a section of docs/runbook.md' }),
  state: oneOf(['firing', 'ok']),
  severity: oneOf(['warning', 'critical']),
  value: orNull(Type.Number({ description: 'A share of 1, milliseconds, hours, a count, or 1 for yes' })),
  limit: Type.Number(),
  since: Type.String({ description: 'When this state began' }),
  text: Type.String({ description: 'In words' }),
  link: Type.Optional(oneOf(['sql_to_mongodb', 'mongodb_to_sql'])),
  side: Type.Optional(oneOf(['sql', 'mongodb'])),
  table: Type.Optional(Type.String()),
});

export const alertsSchema = Type.Object({ alerts: Type.Array(alertSchema) });

export const historyQuery = Type.Object(
  { minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440, default: 15 })) },
  { additionalProperties: false },
);

const courseSchema = Type.Object({
  lagMs: Type.Array(Type.Number({ description: 'The highest within the step' })),
  latencyP95Ms: Type.Array(Type.Number({ description: '0: nothing crossed' })),
  throughput: Type.Array(Type.Number({ description: 'Records written a second' })),
});

export const historySchema = Type.Object({
  stepMs: Type.Integer({ description: '1000 up to 15 minutes, 60000 beyond' }),
  times: Type.Array(Type.Number({ description: 'When each step ended, milliseconds since 1970' })),
  links: Type.Object({ sql_to_mongodb: courseSchema, mongodb_to_sql: courseSchema }),
});
