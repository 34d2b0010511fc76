/** Installs a package of Debian where that is possible: we are root, there is apt, and nobody forbids it (ISTHMUS_NO_INSTALL=1). */
import { access } from 'node:fs/promises';
import { run } from './steps.js';

export interface Wanted {
  readonly program: string;
  /** One, or several with spaces between. */
  readonly package: string;
  /** Runs before it is installed. */
  readonly prepare?: () => Promise<void>;
}

/** Null if the program is there; otherwise why it is not. */
export async function ensureInstalled({ program, package: name, prepare }: Wanted): Promise<string | null> {
  if (await exists(program)) return null;
  if (process.platform !== 'linux' || !(await exists('/usr/bin/apt-get')))
    return 'not installed, and there is no apt here';
  if (process.getuid?.() !== 0) return `not installed; as root: apt-get install ${name}`;
  if (process.env['ISTHMUS_NO_INSTALL'] === '1') return 'not installed, and ISTHMUS_NO_INSTALL forbids it';
  console.log(`Installing ${name} (apt-get install ${name})`);
  await prepare?.();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold'];
  await run('apt-get', [...quiet, 'update'], env);
  await run('apt-get', [...quiet, 'install', '-y', '--no-install-recommends', ...name.split(' ')], env);
  return (await exists(program)) ? null : `apt could not install ${name}`;
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
