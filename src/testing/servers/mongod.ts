/** One mongod of a replica set. Must not know how many there are. */
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import { isListening } from './free-port.js';
import { removeServerFolder, type ServerFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';

export interface MongodParts {
  readonly program: string;
  readonly folder: ServerFolder;
  readonly port: number;
  /** Null: a standalone server. */
  readonly replicaSet: string | null;
  /** Shared by the members; null: no passwords are asked for. */
  readonly keyFile: string | null;
  /** More arguments, as they stand on the command line. */
  readonly args: readonly string[];
}

export const mongodStartLimitMs = 60_000;

export class Mongod {
  readonly port: number;
  readonly folder: ServerFolder;
  readonly #process: ServerProcess;

  constructor(parts: MongodParts) {
    this.port = parts.port;
    this.folder = parts.folder;
    this.#process = new ServerProcess({
      name: 'mongod',
      program: parts.program,
      args: mongodArguments(parts),
      env: { PATH: process.env['PATH'], HOME: parts.folder.path, LC_ALL: 'C', TZ: 'UTC' },
      user: null,
      logFile: parts.folder.logFile,
      // A primary that ends in order waits ten seconds for its followers; data that are thrown away need no order.
      stopSignal: parts.folder.temporary ? 'SIGKILL' : 'SIGTERM',
      removeFolder: parts.folder.temporary ? parts.folder.path : null,
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  /** Resolves when it takes connections; whether it is the primary is the set's business. */
  async start(): Promise<void> {
    await this.#process.spawn();
    const listens = async (): Promise<boolean> => {
      if (this.#process.pid === null) throw new Error('the process has ended');
      if (!(await isListening(this.port))) return false;
      return this.withClient(async (client) => client.db('admin').command({ ping: 1 })).then(
        () => true,
        () => false,
      );
    };
    try {
      await waitFor(listens, { limitMs: mongodStartLimitMs, everyMs: 50, what: 'mongod to answer' });
    } catch (cause) {
      const message = `mongod did not start: ${this.#process.lastWords().slice(-600)}`;
      await this.stop();
      throw new IsthmusError('embedded_server_failed', { message, cause });
    }
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#process.kill(signal);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await removeServerFolder(this.folder);
  }

  /** Talks to this member alone. */
  async withClient<T>(work: (client: MongoClient) => Promise<T>, options: MongoClientOptions = {}): Promise<T> {
    const client = new MongoClient(`mongodb://127.0.0.1:${this.port}/`, {
      directConnection: true,
      serverSelectionTimeoutMS: 1_000,
      ...options,
    });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }
}

function mongodArguments({ folder, port, replicaSet, keyFile, args }: MongodParts): string[] {
  return [
    '--dbpath',
    folder.dataDir,
    '--port',
    String(port),
    '--bind_ip',
    '127.0.0.1',
    '--nounixsocket',
    ...(replicaSet === null ? [] : ['--replSet', replicaSet]),
    // By default half of the memory goes to each server's cache.
    '--wiredTigerCacheSizeGB',
    '1',
    '--setParameter',
    'diagnosticDataCollectionEnabled=false',
    ...(keyFile === null ? [] : ['--auth', '--keyFile', keyFile]),
    ...args,
  ];
}
