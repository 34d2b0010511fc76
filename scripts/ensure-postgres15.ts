/**
 * Sees that PostgreSQL 15, the oldest version that we support, is installed: on a Debian machine where we are root it
 * is installed by apt, without a cluster of its own.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { ensureInstalled, exists } from './apt.js';

const clusterSettings = '/etc/postgresql-common/createcluster.conf';

/** Null if it is there; otherwise why it is not. */
export function ensurePostgres15(): Promise<string | null> {
  return ensureInstalled({
    program: '/usr/lib/postgresql/15/bin/postgres',
    package: 'postgresql-15',
    prepare: forbidOwnCluster,
  });
}

/** The package would make and start a server on port 5432, which nobody asked for. */
async function forbidOwnCluster(): Promise<void> {
  if (await exists(clusterSettings)) return;
  await mkdir('/etc/postgresql-common', { recursive: true });
  await writeFile(clusterSettings, 'create_main_cluster = false\n');
}
