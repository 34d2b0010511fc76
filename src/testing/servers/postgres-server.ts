/** Starts an embedded PostgreSQL that is ready for logical replication. Must not know what it is used for. */
import { randomBytes } from 'node:crypto';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import type { EmbeddedOptions, EmbeddedServer } from './embedded-server.js';
import { freePort } from './free-port.js';
import { findPostgres, type PostgresBinaries, type PostgresVersion } from './postgres-binaries.js';
import { runCommand } from './run-command.js';
import { makeServerFolder, removeServerFolder, type ServerFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';
import { type SystemUser, unprivilegedUser } from './system-user.js';

export interface PostgresOptions extends EmbeddedOptions {
  /** 18 comes with npm; 15 is used if it is installed on the machine. */
  readonly version?: PostgresVersion;
  /** Server settings that are added to ours or take their place, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: any free one. */
  readonly port?: number;
  /** More of the server's environment, such as a library to load before others. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface PostgresServer extends EmbeddedServer {
  readonly version: PostgresVersion;
}

const startLimitMs = 60_000;

const maxSpawns = 40;

/** The superuser is `postgres`, the database `postgres`, the password random; reachable on 127.0.0.1 only. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const version = options.version ?? 18;
  const user = await unprivilegedUser();
  const binaries = await findPostgres(version, user !== null);
  const folder = await makeServerFolder('isthmus-pg-', options, user);
  try {
    const password = await makeCluster({ version, binaries, folder, user });
    const port = options.port ?? (await freePort());
    const server = new Server({ version, binaries, folder, user, password, port, options });
    await server.start();
    return server;
  } catch (error) {
    await removeServerFolder(folder);
    throw error;
  }
}

interface ClusterParts {
  readonly version: PostgresVersion;
  readonly binaries: PostgresBinaries;
  readonly folder: ServerFolder;
  readonly user: SystemUser | null;
}

interface ServerParts extends ClusterParts {
  readonly password: string;
  readonly port: number;
  readonly options: PostgresOptions;
}

/** Makes the data folder, or finds it made by an earlier run; the password is kept beside it. */
async function makeCluster({ version, binaries, folder, user }: ClusterParts): Promise<string> {
  const passwordFile = join(folder.path, 'password');
  const made = await readFile(join(folder.dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (made !== null) return (await readFile(passwordFile, 'utf8')).trim();
  const password = randomBytes(12).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) await chown(passwordFile, user.uid, user.gid);
  // The builtin provider gives the same order and letters on every system; 15 does not have it yet.
  const locale =
    version === 18 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C.UTF-8'];
  const args = [
    '-D',
    folder.dataDir,
    '-U',
    'postgres',
    '-E',
    'UTF8',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    ...locale,
  ];
  try {
    await runCommand(binaries.initdb, [...args, '--no-sync'], {
      limitMs: startLimitMs,
      env: serverEnvironment(),
      ...(user ?? {}),
    });
  } catch (cause) {
    const message = `PostgreSQL's initdb failed: ${(cause as Error).message}`;
    throw new IsthmusError('embedded_server_failed', { message, cause });
  }
  return password;
}

/** Nothing of ours goes in: PGPORT and the like would be taken for options. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function serverSettings({ version, options, port }: ServerParts): Record<string, string> {
  const lasting = options.durable === true;
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    wal_level: 'logical',
    max_connections: '200',
    max_replication_slots: '200',
    max_wal_senders: '100',
    max_prepared_transactions: '10',
    timezone: 'UTC',
    fsync: lasting ? 'on' : 'off',
    full_page_writes: lasting ? 'on' : 'off',
    // Before 18 the number of origins follows max_replication_slots.
    ...(version === 18 ? { max_active_replication_origins: '200' } : {}),
    ...options.settings,
  };
}

/** Where the system tells (Linux). */
async function childrenOf(pid: number | null): Promise<readonly number[]> {
  const told = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return told.split(' ').filter(Boolean).map(Number);
}

function endIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with its server.
  }
}

class Server implements PostgresServer {
  readonly version: PostgresVersion;
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly #folder: ServerFolder;
  readonly #process: ServerProcess;

  constructor(parts: ServerParts) {
    this.version = parts.version;
    this.port = parts.port;
    this.#folder = parts.folder;
    this.dataDir = parts.folder.dataDir;
    this.logFile = parts.folder.logFile;
    this.url = `postgres://postgres:${parts.password}@127.0.0.1:${parts.port}/postgres`;
    const settings = Object.entries(serverSettings(parts)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#process = new ServerProcess({
      name: `PostgreSQL ${parts.version}`,
      program: parts.binaries.postgres,
      args: ['-D', this.dataDir, ...settings],
      env: { ...serverEnvironment(), ...parts.options.environment },
      user: parts.user,
      logFile: this.logFile,
      // "Immediate", or "fast": that one makes the checkpoint, and waits for replication to catch up.
      stopSignal: parts.folder.temporary ? 'SIGQUIT' : 'SIGINT',
      removeFolder: parts.folder.temporary ? parts.folder.path : null,
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    let spawns = 0;
    const up = async (): Promise<boolean> => {
      // After a SIGKILL the old sessions live on for a moment, and a new server refuses to start beside them.
      if (this.#process.pid === null && spawns++ < maxSpawns) await this.#process.spawn();
      else if (this.#process.pid === null) throw new Error('the process ended each time');
      return this.#answers();
    };
    try {
      await waitFor(up, { limitMs: startLimitMs, everyMs: 50, what: 'PostgreSQL to answer' });
    } catch (cause) {
      const message = `PostgreSQL ${this.version} did not start: ${this.#process.lastWords()}`;
      await this.#process.stop();
      throw new IsthmusError('embedded_server_failed', { message, cause });
    }
  }

  /** A session that is stuck in its network does not notice that the server has gone, and no new one starts beside it. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const sessions = signal === 'SIGKILL' ? await childrenOf(this.#process.pid) : [];
    await this.#process.kill(signal);
    for (const pid of sessions) endIfAlive(pid);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await removeServerFolder(this.#folder);
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
