/**
 * The servers of a run: PostgreSQL, a MongoDB replica set of three, and a proxy before each. The set's members are known by
 * their proxies' ports, so clients, users and members all meet what is done to them; users reach PostgreSQL directly.
 */

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MongoServer, startMongo } from '../../src/testing/servers/mongo-server.js';
import { type PostgresServer, startPostgres } from '../../src/testing/servers/postgres-server.js';
import { withClient } from '../../src/testing/servers/with-client.js';
import { Disk, unmountForgotten } from './disk.js';
import { ServerClock } from './server-clock.js';
import type { ServerProxy } from './server-proxy.js';
import { findToxiproxy, Toxiproxy } from './toxiproxy.js';

export interface ClusterOptions {
  /** Small disks for PostgreSQL and the first member: needs root. */
  readonly disks: boolean;
  /** PostgreSQL reads a clock of ours. */
  readonly clock: boolean;
  readonly note: (text: string) => void;
}

export const syncName = 'torture';
/** What is synced, on both sides. */
export const database = 'tortured';

const diskMegabytes = { postgres: 1536, mongo: 1536 };
/** Small enough to be rolled over in seconds. */
const oplogMegabytes = 128;
/** The oplog keeps what is newer than the last checkpoint of this kind, which `fsync` is not. */
const checkpointSeconds = 5;

export class Cluster {
  private constructor(
    readonly folder: string,
    readonly postgres: PostgresServer,
    readonly mongo: MongoServer,
    private readonly parts: ClusterParts,
  ) {}

  static async start({ disks, clock, note }: ClusterOptions): Promise<Cluster> {
    const program = await findToxiproxy(note);
    const prefix = join(tmpdir(), 'isthmus-torture-');
    await unmountForgotten(prefix);
    const folder = await mkdtemp(`${prefix}${process.pid}-`);
    await chmod(folder, 0o755);
    const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
    try {
      const toxiproxy = await Toxiproxy.start(program, join(folder, 'toxiproxy.log'));
      undo.push(() => toxiproxy.stop());
      const disk = async (name: 'postgres' | 'mongo'): Promise<Disk | null> => {
        if (!disks) return null;
        const made = await Disk.mount(join(folder, name), diskMegabytes[name]);
        undo.push(() => made.unmount());
        return made;
      };
      const [postgresDisk, mongoDisk] = [await disk('postgres'), await disk('mongo')];
      const serverClock = clock ? new ServerClock(join(folder, 'clock')) : null;
      await serverClock?.set(0);
      const postgres = await startPostgres({
        settings: { track_commit_timestamp: 'on', max_wal_size: '256MB', shared_buffers: '128MB' },
        parent: postgresDisk?.folder ?? folder,
        environment: serverClock?.environment ?? {},
      });
      undo.push(() => postgres.stop());
      const sql = await toxiproxy.add({ name: 'postgres', target: postgres.port });
      const members: ServerProxy[] = [];
      const mongo = await startMongo({
        members: 3,
        parent: folder,
        parents: [mongoDisk?.folder],
        args: ['--oplogSize', String(oplogMegabytes), '--syncdelay', String(checkpointSeconds)],
        advertise: async (ports) => {
          for (const [at, target] of ports.entries())
            members.push(await toxiproxy.add({ name: `mongo-${at}`, target }));
          return members.map(({ port }) => port);
        },
      });
      undo.push(() => mongo.stop());
      await makeDatabase(postgres.url);
      return new Cluster(folder, postgres, mongo, { sql, members, postgresDisk, mongoDisk, clock: serverClock, undo });
    } catch (error) {
      await undoAll(undo);
      throw error;
    }
  }

  /** The users' way. */
  get sqlUrl(): string {
    return withDatabase(this.postgres.url, this.postgres.port);
  }

  /** The sync's way. */
  get proxiedSqlUrl(): string {
    return withDatabase(this.postgres.url, this.parts.sql.port);
  }

  /** Everybody's way. */
  get mongoUrl(): string {
    return this.mongo.url;
  }

  get proxies(): { readonly sql: ServerProxy; readonly members: readonly ServerProxy[] } {
    return this.parts;
  }

  get disks(): { readonly postgres: Disk | null; readonly mongo: Disk | null } {
    return { postgres: this.parts.postgresDisk, mongo: this.parts.mongoDisk };
  }

  get clock(): ServerClock | null {
    return this.parts.clock;
  }

  /** Undoes whatever a fault may have left: servers run, nothing is cut, frozen, full or off its time. */
  async heal(): Promise<void> {
    for (const proxy of [this.parts.sql, ...this.parts.members]) await proxy.open();
    await Promise.all([this.parts.postgresDisk?.free(), this.parts.mongoDisk?.free(), this.parts.clock?.set(0)]);
    for (const server of [this.postgres, ...this.mongo.members]) {
      if (server.pid !== null) await server.kill('SIGCONT');
      else await server.start();
    }
  }

  stop(): Promise<void> {
    return undoAll(this.parts.undo);
  }
}

interface ClusterParts {
  readonly sql: ServerProxy;
  readonly members: readonly ServerProxy[];
  readonly postgresDisk: Disk | null;
  readonly mongoDisk: Disk | null;
  readonly clock: ServerClock | null;
  readonly undo: (() => Promise<unknown>)[];
}

/** The last first; one that fails does not keep the others. */
async function undoAll(undo: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const one of [...undo].reverse()) await one().catch((error: unknown) => console.error(error));
}

function withDatabase(server: string, port: number): string {
  const url = new URL(server);
  url.port = String(port);
  url.pathname = `/${database}`;
  return url.href;
}

async function makeDatabase(url: string): Promise<void> {
  await withClient(url, (client) => client.query(`create database ${database}`));
}
