/** The part of the configuration's schema that says how changes travel. */
import { Type } from '@sinclair/typebox';
import { sharesMost } from '../model/share.js';
import { durationPattern } from './duration.js';
import { oneOf } from './entity-schema.js';

const strict = { additionalProperties: false } as const;

const saslSchema = Type.Object(
  {
    mechanism: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    username: Type.String({ minLength: 1 }),
    password: Type.String({ minLength: 1, description: 'A secret: ${NAME} or file:PATH' }),
  },
  strict,
);

/** As the connector's own settings are named, and how `isthmus prepare` tells to set them. */
const debeziumSchema = Type.Object(
  {
    decimals: oneOf(['precise', 'string', 'double'], {
      default: 'string',
      description: 'decimal.handling.mode; precise makes NaN and the infinities null',
    }),
    times: oneOf(['adaptive', 'adaptive_time_microseconds', 'connect'], {
      default: 'adaptive',
      description: 'time.precision.mode',
    }),
    binary: oneOf(['bytes', 'base64', 'hex'], { default: 'base64', description: 'binary.handling.mode' }),
    intervals: oneOf(['numeric', 'string'], { default: 'string', description: 'interval.handling.mode' }),
  },
  { ...strict, default: {}, description: 'format debezium only: how the connector is set to write values' },
);

export const transportSchema = Type.Object(
  {
    kind: oneOf(['embedded', 'kafka'], {
      default: 'embedded',
      description:
        'embedded: one process, nothing to install; kafka: captures publish to topics, workers share their partitions',
    }),
    brokers: Type.Array(Type.String({ pattern: '^[^\\s,/]+:\\d{1,5}$' }), {
      default: [],
      description: 'kafka only: where to begin, each as host:port',
    }),
    topics: Type.Object(
      {
        sql: Type.String({ pattern: '^[A-Za-z0-9._-]{1,200}$', default: 'sql_changes' }),
        mongodb: Type.String({ pattern: '^[A-Za-z0-9._-]{1,200}$', default: 'mongo_changes' }),
        debezium: Type.String({
          pattern: '^[A-Za-z0-9._-]{1,200}$',
          default: 'debezium_changes',
          description: 'format debezium only: the one of one partition that the connector writes all to',
        }),
      },
      {
        ...strict,
        default: {},
        description: 'kafka only: their names; two syncs on one cluster need topics of their own',
      },
    ),
    partitions: Type.Integer({
      minimum: 1,
      maximum: sharesMost,
      default: 12,
      description: 'kafka only: of each topic; as many workers as this can share the work',
    }),
    replication: Type.Unsafe<number | null>({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 9 }, { type: 'null' }],
      default: null,
      description: 'kafka only: copies of each message; null: 3, or one for each broker where there are fewer',
    }),
    retention: Type.String({
      pattern: durationPattern,
      default: '7d',
      description: 'kafka only: how long a new topic keeps messages: longer than workers will ever be away',
    }),
    tls: Type.Boolean({ default: false, description: 'kafka only: TLS to the brokers, certificates verified' }),
    sasl: Type.Unsafe<{
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      password: string;
    } | null>({
      anyOf: [saslSchema, { type: 'null' }],
      default: null,
      description: 'kafka only: how this process authenticates; null: not at all',
    }),
    format: oneOf(['isthmus', 'debezium'], {
      default: 'isthmus',
      description:
        'kafka only: who reads SQL’s log: isthmus: a capture itself; debezium: a Debezium connector, whose topic a capture reads',
    }),
    debezium: debeziumSchema,
    envelopes: Type.Boolean({
      default: false,
      description:
        'kafka only: changes are published as Debezium’s envelopes, for other consumers too; workers read both forms',
    }),
  },
  { ...strict, default: {}, description: 'How changes travel' },
);
