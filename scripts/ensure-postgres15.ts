/**
 * Sees that PostgreSQL 15, the oldest version that we support, is installed: on a Debian machine where we are root it
 * is installed by apt, without a cluster of its own. ISTHMUS_NO_INSTALL=1 forbids that.
 */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { run } from './steps.js';

const program = '/usr/lib/postgresql/15/bin/postgres';
const clusterSettings = '/etc/postgresql-common/createcluster.conf';

/** Null if it is there; otherwise why it is not. */
export async function ensurePostgres15(): Promise<string | null> {
  if (await exists(program)) return null;
  if (process.platform !== 'linux' || !(await exists('/usr/bin/apt-get')))
    return 'not installed, and there is no apt here';
  if (process.getuid?.() !== 0) return 'not installed; as root: apt-get install postgresql-15';
  if (process.env['ISTHMUS_NO_INSTALL'] === '1') return 'not installed, and ISTHMUS_NO_INSTALL forbids it';
  console.log('Installing PostgreSQL 15 (apt-get install postgresql-15)');
  await forbidOwnCluster();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold'];
  await run('apt-get', [...quiet, 'update'], env);
  await run('apt-get', [...quiet, 'install', '-y', '--no-install-recommends', 'postgresql-15'], env);
  return (await exists(program)) ? null : 'apt could not install postgresql-15';
}

/** The package would make and start a server on port 5432, which nobody asked for. */
async function forbidOwnCluster(): Promise<void> {
  if (await exists(clusterSettings)) return;
  await mkdir('/etc/postgresql-common', { recursive: true });
  await writeFile(clusterSettings, 'create_main_cluster = false\n');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
