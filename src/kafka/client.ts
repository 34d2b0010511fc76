/** The driver, loaded when it is needed: it is an optional dependency. Must not know topics. */
import type { Admin, Kafka, KafkaConfig, logLevel, SASLOptions } from 'kafkajs';
import { IsthmusError, isIsthmusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';

export interface BrokerOptions {
  readonly brokers: readonly string[];
  /** Shown in the broker's own logs and metrics. */
  readonly clientId: string;
  /** TLS, with the server's certificate verified. */
  readonly tls: boolean;
  /** Null: without authentication. */
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
  readonly log: Logger;
}

export interface Driver {
  readonly kafka: Kafka;
  readonly module: typeof import('kafkajs');
}

/** Throws `kafka_driver_missing` where the package is not installed. Connects to nothing. */
export async function loadDriver({ brokers, clientId, tls, sasl, log }: BrokerOptions): Promise<Driver> {
  const module = await loadModule();
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    ssl: tls,
    ...(sasl === null ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    // What is tried again here passes by itself in a moment; what lasts is told, and tried again by whoever asked.
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: module.logLevel.WARN,
    logCreator: () => (entry) => relog(log, module.logLevel, entry.level, entry.log.message),
  };
  return { kafka: new module.Kafka(config), module };
}

async function loadModule(): Promise<typeof import('kafkajs')> {
  // Its warning is about another default than the one before, which nothing here relies on.
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
  try {
    return await import('kafkajs');
  } catch (cause) {
    throw new IsthmusError('kafka_driver_missing', { cause });
  }
}

/** Their messages name topics, brokers and reasons, and no record. */
function relog(log: Logger, levels: typeof logLevel, level: logLevel, message: string): void {
  if (level === levels.ERROR || level === levels.WARN) log.debug({ of: 'kafkajs' }, message);
}

/** Errors are the driver's own. */
export async function withAdmin<T>({ kafka }: Driver, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const refusals = new Set(['SASL_AUTHENTICATION_FAILED', 'ILLEGAL_SASL_STATE', 'UNSUPPORTED_SASL_MECHANISM']);
const forbidden = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

/** An error of the driver as one of ours. */
export function kafkaError(error: unknown, during: string): IsthmusError {
  if (isIsthmusError(error)) return error;
  const {
    name = '',
    type = '',
    message = 'unknown failure',
    cause,
  } = error as {
    readonly name?: string;
    readonly type?: string;
    readonly message?: string;
    readonly cause?: unknown;
  };
  const inner = (cause as { readonly type?: string } | undefined)?.type ?? type;
  const told = `Kafka, ${during}: ${message}`;
  if (name === 'KafkaJSSASLAuthenticationError' || refusals.has(inner))
    return new IsthmusError('authentication_failed', { message: told, cause: error });
  if (forbidden.has(inner))
    return new IsthmusError('permission_denied', {
      message: told,
      remedy: 'Grant the user to read, write, create and describe the topics, and to read the consumer group.',
      cause: error,
    });
  return new IsthmusError('kafka_unreachable', { message: told, cause: error });
}
