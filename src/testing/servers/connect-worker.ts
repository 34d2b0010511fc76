/** Starts a Kafka Connect worker (standalone) with Debezium's connectors, and commands it. Must not know what they carry. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import type { EmbeddedOptions, EmbeddedServer } from './embedded-server.js';
import { freePort } from './free-port.js';
import { findJava } from './java-program.js';
import { JavaServer } from './java-server.js';
import { findKafkaJars } from './kafka-jars.js';
import { makeServerFolder, removeServerFolder, type ServerFolder } from './server-folder.js';

export interface ConnectOptions extends EmbeddedOptions {
  /** Address of the broker. */
  readonly kafka: string;
  /** Worker settings that are added to ours or take their place, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: 1024. */
  readonly heapMb?: number;
}

export type ConnectorSettings = Readonly<Record<string, string>>;

/** Its `url` is that of the REST interface. What runs on it does not survive `kill`: a standalone worker keeps offsets only. */
export interface ConnectWorker extends EmbeddedServer {
  /** Adds a connector, or gives it other settings; resolves when all of its tasks run. */
  run(name: string, settings: ConnectorSettings): Promise<void>;
  /** Ends its tasks and keeps its place. */
  halt(name: string): Promise<void>;
  /** After `halt`; resolves when all of its tasks run. */
  resume(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Fails with what a connector or one of its tasks failed with, if one did. */
  assertRuns(name: string): Promise<void>;
}

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[];
}

const stateLimitMs = 60_000;
const requestLimitMs = 60_000;

export async function startConnect(options: ConnectOptions): Promise<ConnectWorker> {
  const java = await findJava();
  const jars = join(await findKafkaJars('connect', options.onMessage), '*');
  const folder = await makeServerFolder('isthmus-connect-', options, null);
  try {
    const port = await freePort();
    const worker = new Worker({
      name: 'Kafka Connect',
      java,
      classPath: [jars, await nameUnlisted(folder)],
      mainClass: 'org.apache.kafka.connect.cli.ConnectStandalone',
      settings: workerSettings(options, folder, port),
      heapMb: options.heapMb ?? 1024,
      folder,
      port,
      url: `http://127.0.0.1:${port}`,
      answers: () =>
        fetch(`http://127.0.0.1:${port}/connectors`, { signal: AbortSignal.timeout(2_000) }).then(
          ({ ok }) => ok,
          () => false,
        ),
    });
    await worker.start();
    return worker;
  } catch (error) {
    await removeServerFolder(folder);
    throw error;
  }
}

/**
 * Connectors are found by Java's service lists: searching all classes of all jars instead takes tens of seconds. Debezium's
 * sink for MongoDB is in none of them.
 */
async function nameUnlisted(folder: ServerFolder): Promise<string> {
  const services = join(folder.path, 'services');
  const list = join(services, 'META-INF', 'services');
  await mkdir(list, { recursive: true });
  await writeFile(
    join(list, 'org.apache.kafka.connect.sink.SinkConnector'),
    'io.debezium.connector.mongodb.MongoDbSinkConnector\n',
  );
  return services;
}

function workerSettings(
  { kafka, settings }: ConnectOptions,
  folder: ServerFolder,
  port: number,
): Record<string, string> {
  return {
    'bootstrap.servers': kafka,
    listeners: `HTTP://127.0.0.1:${port}`,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.storage.file.filename': join(folder.dataDir, 'offsets'),
    'offset.flush.interval.ms': '1000',
    'plugin.discovery': 'service_load',
    ...settings,
  };
}

class Worker extends JavaServer implements ConnectWorker {
  async run(name: string, settings: ConnectorSettings): Promise<void> {
    await this.#ask('PUT', `/connectors/${name}/config`, settings);
    await this.#untilRunning(name);
  }

  async halt(name: string): Promise<void> {
    await this.#ask('PUT', `/connectors/${name}/stop`);
    await this.#until(name, 'to stop', ({ connector, tasks }) => connector.state === 'STOPPED' && tasks.length === 0);
  }

  async resume(name: string): Promise<void> {
    await this.#ask('PUT', `/connectors/${name}/resume`);
    await this.#untilRunning(name);
  }

  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', `/connectors/${name}`);
  }

  async assertRuns(name: string): Promise<void> {
    assertNotFailed(name, await this.#status(name));
  }

  #untilRunning(name: string): Promise<void> {
    return this.#until(
      name,
      'to run',
      ({ connector, tasks }) =>
        connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING'),
    );
  }

  async #until(name: string, what: string, holds: (status: Status) => boolean): Promise<void> {
    const look = async (): Promise<boolean> => {
      const status = await this.#status(name);
      assertNotFailed(name, status);
      return status !== null && holds(status);
    };
    await waitFor(look, { limitMs: stateLimitMs, everyMs: 50, what: `the connector ${name} ${what}` });
  }

  /** Null until a new connector has one. */
  async #status(name: string): Promise<Status | null> {
    const reply = await fetch(`${this.url}/connectors/${name}/status`, { signal: AbortSignal.timeout(requestLimitMs) });
    return reply.ok ? ((await reply.json()) as Status) : null;
  }

  async #ask(method: string, path: string, body?: ConnectorSettings): Promise<void> {
    const reply = await fetch(this.url + path, {
      method,
      signal: AbortSignal.timeout(requestLimitMs),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!reply.ok)
      throw new IsthmusError('embedded_server_failed', {
        message: `Kafka Connect refused ${method} ${path} (${reply.status}): ${(await reply.text()).slice(0, 600)}`,
      });
  }
}

function assertNotFailed(name: string, status: Status | null): void {
  const failed =
    status === null ? undefined : [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED');
  if (failed === undefined) return;
  throw new IsthmusError('embedded_server_failed', {
    message: `The connector ${name} failed: ${causesOf(failed.trace ?? 'it does not say why')}`,
  });
}

/** A stack trace without its stack: what failed, and what that was caused by. */
export function causesOf(trace: string): string {
  const [first = '', ...rest] = trace.split('\n').map((line) => line.trim());
  return [first, ...rest.filter((line) => line.startsWith('Caused by: '))].join(' | ').slice(0, 1500);
}
