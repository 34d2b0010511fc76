/**
 * Compiles programs that tests and benchmarks run as processes, into `.cache/NAME/`: a loader that compiles while it runs costs
 * each of them a second and memory. Types are not checked: `npm run check` does that.
 */
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './steps.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `part` is a folder with a `tsconfig.json` whose `rootDir` is the checkout. Resolves with the folder of what was compiled. */
export async function compile(part: 'bench' | 'test' | 'torture'): Promise<string> {
  const folder = join(root, '.cache', part);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // The program reads the version in it, and serves the built dashboard.
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'dist'), join(folder, 'dist'));
  const code = await run('tsc', ['-p', join(root, part, 'tsconfig.json'), '--noCheck', '--outDir', folder]);
  if (code !== 0) throw new Error(`${part} could not be compiled`);
  return folder;
}
