/** What a benchmark ran on, and which state of the code: what its figures are kept with. */

import { arch, availableParallelism, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { runCommand } from '../src/testing/servers/run-command.js';
import { withClient } from '../src/testing/servers/with-client.js';
import type { Machine } from './history.js';
import type { Servers } from './world.js';

export async function machineOf(servers: Servers | null): Promise<Machine> {
  return {
    cores: availableParallelism(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    postgres: servers === null ? null : await postgresVersion(servers.sqlUrl),
    mongodb: servers === null ? null : await mongodbVersion(servers.mongoUrl),
  };
}

async function postgresVersion(url: string): Promise<string> {
  const { rows } = await withClient(url, (client) => client.query<{ server_version: string }>('show server_version'));
  // A distribution adds its own words.
  return (rows[0]?.server_version ?? '').split(' ')[0] as string;
}

async function mongodbVersion(url: string): Promise<string> {
  const client = await new MongoClient(url).connect();
  try {
    return String((await client.db('admin').command({ buildInfo: 1 }))['version']);
  } finally {
    await client.close();
  }
}

const cwd = fileURLToPath(new URL('.', import.meta.url));

/** Short; with a `+` where files differ from it, `unknown` where there is no git. */
export async function commitOf(): Promise<string> {
  try {
    const limitMs = 10_000;
    const commit = (await runCommand('git', ['rev-parse', '--short', 'HEAD'], { cwd, limitMs })).trim();
    // Results that an earlier benchmark of the same run has added are no other code.
    const changed = await runCommand(
      'git',
      ['status', '--porcelain', '--untracked-files=no', '.', '../src', ':!results'],
      { cwd, limitMs },
    );
    return changed.trim() === '' ? commit : `${commit}+`;
  } catch {
    return 'unknown';
  }
}
