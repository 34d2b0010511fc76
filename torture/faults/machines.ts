/** What goes wrong with a server's machine: its clock steps, its disk is full. */

import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import type { Mongod } from '../../src/testing/servers/mongod.js';
import { withClient } from '../../src/testing/servers/with-client.js';
import { waitFor } from '../../src/testing/wait-for.js';
import type { Disk } from '../cluster/disk.js';
import { awaitPrimary, awaitSecondary } from '../cluster/replica-set.js';
import { type Fault, type FaultWorld, hold, type Machine } from './fault.js';

const noise = 'torture_noise';
/** Servers keep room in files that they have already: so much is written at most until a full disk is felt. */
const mostPortions = 400;
const portionsPerCheckpoint = 10;
const nothingRefused = 'nothing was refused';

const noDisk = ({ noDisk: why }: Machine): string | null => why;

/** Rows of no synced table, until PostgreSQL refuses them; resolves with its word. */
async function writeUntilRefused(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`create table if not exists ${noise} (text text)`);
    for (let each = 0; each < mostPortions; each++)
      await client.query(`insert into ${noise} select repeat(md5(i::text), 30) from generate_series(1, 500) i`);
    return nothingRefused;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A step that the server does not see is none. */
async function awaitAhead(url: string, seconds: number): Promise<void> {
  await withClient(url, (client) => {
    const sees = async (): Promise<boolean> => {
      const { rows } = await client.query<{ now: number }>(
        'select extract(epoch from clock_timestamp())::float8 as now',
      );
      return Math.abs((rows[0]?.now ?? 0) - Date.now() / 1000 - seconds) < 0.5;
    };
    return waitFor(sees, { what: `PostgreSQL’s clock to be ${seconds} s ahead` });
  });
}

async function dropNoise(url: string): Promise<void> {
  await withClient(url, (client) => client.query(`drop table if exists ${noise}`));
}

async function fillSql({ cluster }: FaultWorld, disk: Disk, forMs: number): Promise<string> {
  let refused = '';
  try {
    await disk.fill();
    refused = await writeUntilRefused(cluster.sqlUrl);
    await hold(forMs);
  } finally {
    await disk.free();
  }
  const died = cluster.postgres.pid === null;
  // Waits, too, until one that goes on by itself takes writes again.
  await cluster.postgres.start();
  await dropNoise(cluster.sqlUrl);
  if (refused === nothingRefused) throw new Error('PostgreSQL did not feel its full disk');
  return `refused with ${refused}; the server ${died ? 'ended and was started again' : 'stayed up'}`;
}

/** Documents of a database that is not synced, until the member with the full disk ends: a checkpoint needs room. */
async function writeUntilEnd({ cluster }: FaultWorld, member: Mongod): Promise<void> {
  const client = new MongoClient(cluster.mongoUrl, { serverSelectionTimeoutMS: 3_000, socketTimeoutMS: 3_000 });
  // What compresses well would need no room.
  const text = (): string => randomBytes(8_000).toString('hex');
  try {
    const collection = client.db(noise).collection(noise, { writeConcern: { w: 1 } });
    for (let each = 1; each <= mostPortions && member.pid !== null; each++) {
      await collection.insertMany(Array.from({ length: 60 }, () => ({ text: text() }))).catch(() => undefined);
      if (each % portionsPerCheckpoint !== 0) continue;
      await member
        .withClient((direct) => direct.db('admin').command({ fsync: 1 }), { socketTimeoutMS: 5_000 })
        .catch(() => undefined);
    }
  } finally {
    await client.close();
  }
}

async function fillMongo(world: FaultWorld, disk: Disk, forMs: number): Promise<string> {
  const { members } = world.cluster.mongo;
  const member = members[0];
  if (member === undefined) throw new Error('there is no member 0');
  const wasPrimary = (await awaitPrimary(members)) === 0;
  try {
    await disk.fill();
    await writeUntilEnd(world, member);
    await hold(forMs);
  } finally {
    await disk.free();
  }
  const died = member.pid === null;
  await member.start();
  await awaitSecondary(member);
  await awaitPrimary(members);
  if (!died) throw new Error('the member did not feel its full disk');
  return `of ${wasPrimary ? 'the primary' : 'a secondary'}, which ended and was started again`;
}

export const machines: readonly Fault[] = [
  {
    name: 'clock-step',
    does: 'PostgreSQL’s wall clock steps forward or back, and back again; its monotonic clock goes on',
    touches: ['postgres'],
    seconds: [4, 15],
    missing: ({ noClock }) => noClock,
    async run({ cluster }, { forMs, random }) {
      const step = (random.chance(0.5) ? 1 : -1) * (1 + random.int(120));
      try {
        await cluster.clock?.set(step);
        await awaitAhead(cluster.sqlUrl, step);
        await hold(forMs);
      } finally {
        await cluster.clock?.set(0);
      }
      await awaitAhead(cluster.sqlUrl, 0);
      return `${step > 0 ? '+' : ''}${step} s, as the server saw`;
    },
  },
  {
    name: 'full-disk-sql',
    does: 'PostgreSQL’s disk is filled to the last byte, later freed',
    touches: ['postgres'],
    seconds: [2, 6],
    missing: noDisk,
    async run(world, { forMs }) {
      const disk = world.cluster.disks.postgres;
      return disk === null ? 'left out' : fillSql(world, disk, forMs);
    },
  },
  {
    name: 'full-disk-mongodb',
    does: 'the disk of one member of the replica set, the usual primary, is filled to the last byte, later freed',
    touches: ['mongodb'],
    seconds: [2, 6],
    missing: noDisk,
    async run(world, { forMs }) {
      const disk = world.cluster.disks.mongo;
      return disk === null ? 'left out' : fillMongo(world, disk, forMs);
    },
  },
];
