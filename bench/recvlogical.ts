/** PostgreSQL's own reader of a logical slot, `pg_recvlogical`, with what it reads thrown away: the most that a client can get. */
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '../src/testing/servers/run-command.js';
import type { World } from './world.js';

const program = 'pg_recvlogical';
const debianFolder = '/usr/lib/postgresql';
const limitMs = 300_000;

/** On the PATH, or the newest of Debian's. */
export async function findRecvlogical(): Promise<string> {
  const versions = (await readdir(debianFolder).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versions.map((version) => join(debianFolder, version, 'bin')),
  ];
  for (const folder of folders) {
    const path = join(folder, program);
    // Debian's own on the PATH is a wrapper in Perl, which is slow to start and finds a cluster that is not ours.
    if (folder !== '/usr/bin' && (await exists(path))) return path;
  }
  throw new Error(`${program} was not found; Debian has it in the package postgresql-client, others with PostgreSQL`);
}

export interface Reading {
  readonly slot: string;
  readonly publication: string;
  /** As `16/B374D848`: it ends there. */
  readonly until: string;
}

/** Seconds from its start to its end. The slot is copied, so that it can be read again. */
export async function readSlot(path: string, world: World, { slot, publication, until }: Reading): Promise<number> {
  const copy = `${world.name}_copy`;
  await world.sql.query('select pg_copy_logical_replication_slot($1, $2)', [slot, copy]);
  try {
    // The same options as our own reader's.
    const options = { proto_version: '1', publication_names: `"${publication}"`, messages: 'true' };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const began = performance.now();
    await runCommand(
      path,
      [
        '--start',
        '--slot',
        copy,
        '--endpos',
        until,
        '--no-loop',
        '--fsync-interval=0',
        '-f',
        '/dev/null',
        '-d',
        world.sqlUrl,
        ...flags,
      ],
      { limitMs },
    );
    return (performance.now() - began) / 1000;
  } finally {
    await world.sql.query('select pg_drop_replication_slot($1)', [copy]);
  }
}

/** The log's end; a message is written behind it, so that a reader that waits for it sees something come. */
export async function logEnd({ sql }: World): Promise<string> {
  const { rows } = await sql.query<{ end: string }>('select pg_current_wal_lsn()::text as end');
  await sql.query(`select pg_logical_emit_message(true, 'bench', 'end')`);
  return rows[0]?.end as string;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
