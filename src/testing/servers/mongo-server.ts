/** Starts an embedded MongoDB replica set of one member or three. Must not know what it is used for. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MongoClientOptions } from 'mongodb';
import { IsthmusError } from '../../base/errors.js';
import { waitFor } from '../wait-for.js';
import type { EmbeddedOptions, EmbeddedServer } from './embedded-server.js';
import { freePort } from './free-port.js';
import { Mongod, mongodStartLimitMs } from './mongod.js';
import { findMongod } from './mongod-binary.js';
import { makeServerFolder } from './server-folder.js';

export interface MongoOptions extends EmbeddedOptions {
  /** Default: 1. A folder can be given for one member only. */
  readonly members?: 1 | 3;
  /** Ask for a password; the URL then has that of a user with all rights. */
  readonly auth?: boolean;
  /** Stay a standalone server, which cannot be synced: for tests of that message. */
  readonly standalone?: boolean;
  /** More arguments of mongod. */
  readonly args?: readonly string[];
  /** Each member's own `parent` folder, by its place; else that of all. */
  readonly parents?: readonly (string | undefined)[];
  /** Given the members' own ports: those under which the set, and so everybody, knows them. For proxies in between. */
  readonly advertise?: (ports: readonly number[]) => Promise<readonly number[]>;
}

export interface MongoServer extends EmbeddedServer {
  /** Each member on its own, the first one being the primary at first; `kill` and `start` of the server mean all of them. */
  readonly members: readonly Mongod[];
}

const replicaSet = 'rs0';
const user = 'isthmus';

export async function startMongo(options: MongoOptions = {}): Promise<MongoServer> {
  if (options.folder !== undefined && options.members === 3) {
    throw new IsthmusError('embedded_server_failed', { message: 'A folder can be given for one member only.' });
  }
  const program = await findMongod(options.onMessage);
  const secret = options.auth === true ? randomBytes(24).toString('hex') : null;
  const members: Mongod[] = [];
  for (let each = 0; each < (options.members ?? 1); each++) {
    const parent = options.parents?.[each] ?? options.parent;
    members.push(await makeMember(program, secret, { ...options, ...(parent === undefined ? {} : { parent }) }));
  }
  const ports = members.map((member) => member.port);
  const server = new Server(members, {
    secret,
    standalone: options.standalone === true,
    ports: (await options.advertise?.(ports)) ?? ports,
  });
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function makeMember(program: string, secret: string | null, options: MongoOptions): Promise<Mongod> {
  const folder = await makeServerFolder('isthmus-mongo-', options, null);
  const keyFile = secret === null ? null : join(folder.path, 'key');
  if (keyFile !== null) await writeFile(keyFile, secret as string, { mode: 0o600 });
  return new Mongod({
    program,
    folder,
    // A replica set knows its members by their ports: a kept folder needs the port that it had.
    port: await keptPort(folder.path),
    replicaSet: options.standalone === true ? null : replicaSet,
    keyFile,
    args: options.args ?? [],
  });
}

async function keptPort(folder: string): Promise<number> {
  const file = join(folder, 'port');
  const kept = await readFile(file, 'utf8').catch(() => null);
  const port = kept === null ? await freePort() : Number(kept);
  await writeFile(file, String(port));
  return port;
}

interface SetParts {
  readonly secret: string | null;
  readonly standalone: boolean;
  /** Under which the members are known. */
  readonly ports: readonly number[];
}

class Server implements MongoServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly standalone: boolean;
  readonly #ports: readonly number[];
  readonly #credentials: MongoClientOptions;

  constructor(
    readonly members: readonly Mongod[],
    { secret, standalone, ports }: SetParts,
  ) {
    this.standalone = standalone;
    this.#ports = ports;
    const first = members[0] as Mongod;
    this.port = first.port;
    this.dataDir = first.folder.dataDir;
    this.logFile = first.folder.logFile;
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
    const login = secret === null ? '' : `${user}:${secret}@`;
    const query = [
      standalone ? 'directConnection=true' : `replicaSet=${replicaSet}`,
      ...(secret === null ? [] : ['authSource=admin']),
    ];
    this.url = `mongodb://${login}${hosts}/?${query.join('&')}`;
    this.#credentials = secret === null ? {} : { auth: { username: user, password: secret }, authSource: 'admin' };
  }

  get pid(): number | null {
    return this.#first.pid;
  }

  async start(): Promise<void> {
    await Promise.all(this.members.map((member) => member.start()));
    if (this.standalone) return;
    await this.#initiate();
    await waitFor(() => this.#hasPrimary(), { limitMs: mongodStartLimitMs, everyMs: 20, what: 'a primary' });
    if (this.#credentials.auth !== undefined) await this.#makeUser();
  }

  async kill(signal?: NodeJS.Signals): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill(signal)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
  }

  get #first(): Mongod {
    return this.members[0] as Mongod;
  }

  async #initiate(): Promise<void> {
    const config = {
      _id: replicaSet,
      members: this.#ports.map((port, index) => ({
        _id: index,
        host: `127.0.0.1:${port}`,
        priority: index === 0 ? 2 : 1,
      })),
      // Tests of elections and restarts should not wait for the usual ten seconds.
      settings:
        this.members.length === 1
          ? { electionTimeoutMillis: 200 }
          : { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 },
    };
    await this.#first.withClient(async (client) => {
      try {
        await client.db('admin').command({ replSetInitiate: config });
      } catch (error) {
        // Started again: the set exists, or asks for the password that it got then.
        if (!['AlreadyInitialized', 'Unauthorized'].includes((error as { codeName?: string }).codeName ?? ''))
          throw error;
      }
    });
  }

  async #hasPrimary(): Promise<boolean> {
    const answers = this.members.map((member) =>
      member
        .withClient(async (client) => client.db('admin').command({ hello: 1 }))
        .then(
          (hello) => hello['isWritablePrimary'] === true,
          () => false,
        ),
    );
    return (await Promise.all(answers)).includes(true);
  }

  /** The first user may be made without a password, from this machine. */
  async #makeUser(): Promise<void> {
    const { username, password } = this.#credentials.auth as { username: string; password: string };
    await this.#first.withClient(async (client) => {
      try {
        await client.db('admin').command({ createUser: username, pwd: password, roles: ['root'] });
      } catch (error) {
        if ((error as { codeName?: string }).codeName !== 'Unauthorized') throw error;
      }
    });
  }
}
