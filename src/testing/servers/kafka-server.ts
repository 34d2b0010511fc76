/** Starts an embedded Kafka broker of one node (KRaft). Must not know Connect, nor what the topics hold. */
import { randomBytes } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import type { EmbeddedOptions, EmbeddedServer } from './embedded-server.js';
import { freePort } from './free-port.js';
import { findJava } from './java-program.js';
import { JavaServer, propertiesOf } from './java-server.js';
import { findKafkaJars } from './kafka-jars.js';
import { runCommand } from './run-command.js';
import { makeServerFolder, removeServerFolder, type ServerFolder } from './server-folder.js';

export interface KafkaOptions extends EmbeddedOptions {
  /** Broker settings that are added to ours or take their place, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: 512. */
  readonly heapMb?: number;
}

/** Its `url` is the address that clients bootstrap from: `127.0.0.1:PORT`. */
export interface KafkaServer extends EmbeddedServer {}

const formatLimitMs = 60_000;

export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const java = await findJava();
  const jars = join(await findKafkaJars('broker', options.onMessage), '*');
  const folder = await makeServerFolder('isthmus-kafka-', options, null);
  try {
    const [port, controllerPort] = [await freePort(), await freePort()];
    const settings = brokerSettings({ options, folder, port, controllerPort });
    await format(folder, { java, jars, settings });
    const server = new JavaServer({
      name: 'Kafka',
      java,
      classPath: [jars],
      mainClass: 'kafka.Kafka',
      settings,
      heapMb: options.heapMb ?? 512,
      folder,
      port,
      url: `127.0.0.1:${port}`,
      answers: () => answersVersions(port),
    });
    await server.start();
    return server;
  } catch (error) {
    await removeServerFolder(folder);
    throw error;
  }
}

interface BrokerPlace {
  readonly options: KafkaOptions;
  readonly folder: ServerFolder;
  readonly port: number;
  readonly controllerPort: number;
}

function brokerSettings({ options, folder, port, controllerPort }: BrokerPlace): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': folder.dataDir,
    'num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    // By default fifty folders of files, of which a single node has no use.
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    // Tests should not wait for members of a group that do not come.
    'group.initial.rebalance.delay.ms': '0',
    ...(options.durable === true ? { 'log.flush.interval.messages': '1' } : {}),
    ...options.settings,
  };
}

interface Formatter {
  readonly java: string;
  readonly jars: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** 16 bytes as Kafka writes them; one that began with a dash would be read as an option. */
export function clusterIdOf(bytes: Uint8Array): string {
  const [first = 0, ...others] = bytes;
  return Buffer.from([first & 0x7f, ...others]).toString('base64url');
}

/** A node of KRaft starts only on folders that were given a cluster's name; those of an earlier run have it. */
async function format(folder: ServerFolder, { java, jars, settings }: Formatter): Promise<void> {
  const made = await access(join(folder.dataDir, 'meta.properties')).then(
    () => true,
    () => false,
  );
  if (made) return;
  const file = join(folder.path, 'format.properties');
  await writeFile(file, propertiesOf(settings));
  const clusterId = clusterIdOf(randomBytes(16));
  try {
    await runCommand(java, ['-cp', jars, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file], {
      limitMs: formatLimitMs,
    });
  } catch (cause) {
    const message = `Kafka's folder could not be prepared: ${(cause as Error).message}`;
    throw new IsthmusError('embedded_server_failed', { message, cause });
  }
}

/** Length, then the request that every broker answers: ApiVersions (18) version 0, number 1, no client name. */
const versionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
const answerLimitMs = 2_000;

/** The port is open long before requests are answered. */
function answersVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(versionsRequest));
    const tell = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerLimitMs);
    socket.once('data', tell(true)).once('error', tell(false)).once('close', tell(false)).once('timeout', tell(false));
  });
}
