/** Starts a MariaDB that logs whole rows, for tests. Must not know what it is used for. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import type { EmbeddedOptions, EmbeddedServer } from './embedded-server.js';
import { freePort } from './free-port.js';
import { runCommand } from './run-command.js';
import { makeServerFolder, removeServerFolder, type ServerFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';
import { type SystemUser, unprivilegedUser } from './system-user.js';

export interface MariadbOptions extends EmbeddedOptions {
  /** Server settings that are added to ours or take their place, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

const programs = {
  server: '/usr/sbin/mariadbd',
  installer: '/usr/bin/mariadb-install-db',
  /** Used by the installer. */
  defaults: '/usr/bin/my_print_defaults',
} as const;

/** Null: it can be run here. Else why not, for the reason of a test that is skipped. */
export async function mariadbMissing(): Promise<string | null> {
  for (const program of Object.values(programs)) {
    const there = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!there) return `there is no ${program}; on Debian: apt-get install mariadb-server-core mariadb-client-core`;
  }
  return null;
}

const startLimitMs = 60_000;

/** The user is `root`, the password random; reachable on 127.0.0.1 only. */
export async function startMariadb(options: MariadbOptions = {}): Promise<EmbeddedServer> {
  const missing = await mariadbMissing();
  if (missing !== null) throw new IsthmusError('embedded_server_failed', { message: `MariaDB: ${missing}` });
  const user = await unprivilegedUser();
  const folder = await makeServerFolder('isthmus-mariadb-', options, user);
  try {
    const password = await makeData(folder, user);
    const server = new Server({ folder, user, password, port: await freePort(), options });
    await server.start();
    return server;
  } catch (error) {
    await removeServerFolder(folder);
    throw error;
  }
}

/** Makes the data folder, or finds it made by an earlier run; the password is kept beside it. */
async function makeData(folder: ServerFolder, user: SystemUser | null): Promise<string> {
  const passwordFile = join(folder.path, 'password');
  const made = await readFile(passwordFile, 'utf8').catch(() => null);
  if (made !== null) return made.trim();
  const password = randomBytes(12).toString('hex');
  const first = join(folder.path, 'first.sql');
  // Run at each start; without names of hosts the address is one of its own.
  const root = "root@'127.0.0.1'";
  const statements = [
    `alter user root@localhost identified by '${password}'`,
    `create or replace user ${root} identified by '${password}'`,
    `grant all on *.* to ${root} with grant option`,
  ];
  await writeFile(first, statements.map((statement) => `${statement};\n`).join(''), { mode: 0o600 });
  if (user !== null) await chown(first, user.uid, user.gid);
  const args = ['--no-defaults', `--datadir=${folder.dataDir}`, '--auth-root-authentication-method=normal'];
  try {
    await runCommand(programs.installer, [...args, '--skip-test-db', '--skip-name-resolve'], {
      limitMs: startLimitMs,
      env: serverEnvironment(),
      ...(user ?? {}),
    });
  } catch (cause) {
    const message = `MariaDB's installer failed: ${(cause as Error).message}`;
    throw new IsthmusError('embedded_server_failed', { message, cause });
  }
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  return password;
}

function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

interface ServerParts {
  readonly folder: ServerFolder;
  readonly user: SystemUser | null;
  readonly password: string;
  readonly port: number;
  readonly options: MariadbOptions;
}

function serverSettings({ folder, port, options }: ServerParts): Record<string, string> {
  const lasting = options.durable === true ? '1' : '0';
  return {
    datadir: folder.dataDir,
    port: String(port),
    'bind-address': '127.0.0.1',
    socket: join(folder.dataDir, 'socket'),
    'pid-file': join(folder.dataDir, 'pid'),
    'init-file': join(folder.path, 'first.sql'),
    'skip-name-resolve': 'ON',
    'max-connections': '300',
    'server-id': '1',
    'log-bin': 'binlog',
    'binlog-format': 'ROW',
    'binlog-row-image': 'FULL',
    'gtid-strict-mode': 'ON',
    'sync-binlog': lasting,
    'innodb-flush-log-at-trx-commit': lasting,
    'innodb-buffer-pool-size': '64M',
    'character-set-server': 'utf8mb4',
    // Not UTC, so that a session that forgot to say its own is found out.
    'default-time-zone': '+05:30',
    ...options.settings,
  };
}

class Server implements EmbeddedServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly #folder: ServerFolder;
  readonly #process: ServerProcess;

  constructor(parts: ServerParts) {
    this.port = parts.port;
    this.#folder = parts.folder;
    this.dataDir = parts.folder.dataDir;
    this.logFile = parts.folder.logFile;
    this.url = `mysql://root:${parts.password}@127.0.0.1:${parts.port}/`;
    const settings = Object.entries(serverSettings(parts)).map(([name, value]) => `--${name}=${value}`);
    this.#process = new ServerProcess({
      name: 'MariaDB',
      program: programs.server,
      args: ['--no-defaults', ...settings],
      env: serverEnvironment(),
      user: parts.user,
      logFile: this.logFile,
      // It has no quick way to end in order; what is temporary need not end so.
      stopSignal: parts.folder.temporary ? 'SIGKILL' : 'SIGTERM',
      removeFolder: parts.folder.temporary ? parts.folder.path : null,
    });
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    await this.#process.spawn();
    const up = async (): Promise<boolean> => {
      if (this.#process.pid === null) throw new Error('the process ended');
      return this.#answers();
    };
    try {
      await waitFor(up, { limitMs: startLimitMs, everyMs: 50, what: 'MariaDB to answer' });
    } catch (cause) {
      const message = `MariaDB did not start: ${this.#process.lastWords()}`;
      await this.#process.stop();
      throw new IsthmusError('embedded_server_failed', { message, cause });
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process.kill(signal);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await removeServerFolder(this.#folder);
  }

  async #answers(): Promise<boolean> {
    try {
      const client = await createConnection({ uri: this.url, connectTimeout: 2_000 });
      client.destroy();
      return true;
    } catch {
      return false;
    }
  }
}
