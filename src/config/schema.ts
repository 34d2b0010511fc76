/**
 * The configuration as one schema: TypeScript's type, validation, defaults and documentation all come from it.
 * It holds every key of the product, also of parts that this version lacks: `availability.ts` refuses those.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { durationPattern } from './duration.js';
import { conflictSchema, entitySchema, oneOf } from './entity-schema.js';
import { levelsSchema, phasesSchema } from './lifecycle-schema.js';
import { transportSchema } from './transport-schema.js';

const strict = { additionalProperties: false } as const;

/** An object whose keys all have defaults, so that it may be left out as a whole. */
function section<T extends Record<string, TSchema>>(description: string, properties: T) {
  return Type.Object(properties, { ...strict, description, default: {} });
}

const tls = Type.Union(
  [oneOf(['auto', 'verify-full', 'disable']), Type.Object({ ca: Type.String({ minLength: 1 }) }, strict)],
  {
    default: 'auto',
    description:
      'auto: verify-full, but plaintext to this very machine; verify-full: TLS, certificate and host name checked; disable: plaintext; { ca: PATH }: verify-full against these certificates',
  },
);

const url = (what: string, example: string) =>
  Type.String({ minLength: 1, description: `${what}; a secret: \${NAME} or file:PATH`, examples: [example] });

const nullable = (schema: TSchema, description: string) =>
  Type.Unsafe<number | null>({ anyOf: [schema, { type: 'null' }], default: null, description });

export const configSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9_]{0,39}$',
      default: 'sync',
      description: 'Names the slot, publication, origin and metadata: lower-case letters, digits and _, 40 at most',
    }),
    sql: Type.Object(
      {
        url: url(
          'The connection URL of PostgreSQL; of MariaDB (mysql://…) or Oracle (oracle://user:password@host:1521/service) with Kafka and format: debezium',
          'postgres://isthmus@db.example.com:5432/shop',
        ),
        tls,
        schema: Type.String({
          minLength: 1,
          default: 'public',
          description:
            'The schema of tables that are named without one; with MariaDB the URL’s database, with Oracle its user in capitals',
        }),
      },
      { ...strict, description: 'The SQL side' },
    ),
    mongodb: Type.Object(
      {
        url: url('MongoDB’s connection URL', 'mongodb://db.example.com:27017/?replicaSet=rs0'),
        database: Type.String({
          pattern: '^[^/\\\\. "$*<>:|?\\u0000]{1,63}$',
          description: 'The database that is synced',
        }),
        tls,
      },
      { ...strict, description: 'The MongoDB side' },
    ),
    direction: oneOf(['both', 'sql_to_mongodb', 'mongodb_to_sql'], {
      default: 'both',
      description: 'Which way changes cross',
    }),
    initial: oneOf(['sql', 'mongodb', 'none'], {
      default: 'sql',
      description: 'Which side fills the other at the start',
    }),
    entities: Type.Array(entitySchema, {
      minItems: 1,
      description: 'The tables that are synced, each with its collection',
    }),
    conflict: conflictSchema,
    transport: transportSchema,
    apply: section('How changes are written', {
      batch: Type.Integer({
        minimum: 1,
        maximum: 20000,
        default: 1000,
        description: 'Changes in one target transaction, about',
      }),
      lanes: Type.Integer({
        minimum: 1,
        maximum: 32,
        default: 2,
        description: 'Writers per direction; with Kafka of all partitions together, at least one for each',
      }),
      atomic: oneOf(['transaction', 'record'], {
        default: 'transaction',
        description:
          'transaction: source transactions stay whole; record: in each partition by itself, as Kafka with several partitions has it',
      }),
      throttle: nullable(
        { type: 'integer', minimum: 1 } as unknown as TSchema,
        'Changes a second at most, each way; with Kafka each partition has its part of them; null: no limit',
      ),
    }),
    detection: oneOf(['causal', 'window'], {
      default: 'causal',
      description: 'How it is told that both sides changed at once',
    }),
    compare: section('The regular comparison of both sides', {
      every: Type.Union([Type.String({ pattern: '^[1-9][0-9]*(s|m|h|d)$' }), Type.Null()], {
        default: '24h',
        description: 'How often: 30m, 24h, 7d; null: only when asked for',
      }),
      sample: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: 'The share of records that is compared',
      }),
    }),
    alerts: section('When to raise an alert', {
      conflictRate: Type.Number({ minimum: 0, default: 0.01, description: 'Conflicts / changes read, over an hour' }),
      divergenceRate: Type.Number({
        minimum: 0,
        default: 0.001,
        description: 'Differences / records compared, last comparison',
      }),
      syncLatencyMs: Type.Number({
        minimum: 0,
        default: 5000,
        description: '95 % of five minutes’ transactions, commit to commit',
      }),
      cdcLagMs: Type.Number({
        minimum: 0,
        default: 60000,
        description: 'Age of the oldest change that has not crossed',
      }),
      errorRate: Type.Number({
        minimum: 0,
        default: 0.05,
        description: 'Failed write attempts / attempts, over an hour',
      }),
      manualAge: Type.String({
        pattern: durationPattern,
        default: '24h',
        description: 'How long a conflict may wait for a person: 90m, 24h, 7d',
      }),
      hoursLeft: Type.Number({
        minimum: 0,
        default: 24,
        description: 'Hours until a server’s log forgets our place in it, at the present rate',
      }),
      webhook: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
        default: null,
        description: 'An http or https address that alerts are posted to as JSON; a secret',
      }),
    }),
    record: section('How long the record of conflicts is kept; what waits for a person always stays', {
      keep: Type.Union([Type.String({ pattern: durationPattern }), Type.Null()], {
        default: '90d',
        description: 'How long a decided conflict is kept: 24h, 90d; null: for ever. Numbers go on counting it',
      }),
      most: Type.Integer({
        minimum: 1,
        maximum: 100_000_000,
        default: 1_000_000,
        description: 'Decided conflicts that are kept at most, about: the oldest go first',
      }),
    }),
    traces: Type.Boolean({
      default: false,
      description: 'Whether each batch makes OpenTelemetry spans, for an SDK that the process is started with',
    }),
    lifecycle: Type.Boolean({ default: false, description: 'Whether a migration’s phases decide the direction' }),
    phases: phasesSchema,
    levels: levelsSchema,
    api: section('The HTTP API', {
      listen: Type.String({
        pattern: '^(\\[[0-9a-fA-F:]+\\]|[^:\\s]+):[0-9]{1,5}$',
        default: '127.0.0.1:7070',
        description: 'host:port; other than loopback only with a token',
      }),
      token: Type.String({
        default: '',
        description: 'Bearer token that every request to /api must carry; empty: none; a secret',
      }),
      rateLimit: Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 500,
        description: 'Requests a second that an address may make; twice as many at once',
      }),
    }),
  },
  strict,
);

/** A whole configuration: validated, expanded, with every default in place. */
export type Config = Static<typeof configSchema>;

export type TlsConfig = Config['sql']['tls'];

/** Paths whose value may be `file:PATH`. */
export const secretPaths: ReadonlySet<string> = new Set([
  'sql.url',
  'mongodb.url',
  'api.token',
  'alerts.webhook',
  'transport.sasl.password',
]);
