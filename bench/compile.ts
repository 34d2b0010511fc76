/** Compiles what is measured, as `npm run build` does: a loader that compiles while it runs would cost memory and time of its own. */
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../scripts/steps.js';

const folder = fileURLToPath(new URL('../.cache/bench/', import.meta.url));

/** Resolves with the program of the processes under test. Types are not checked: `npm run check` does that. */
export async function compile(): Promise<string> {
  await mkdir(folder, { recursive: true });
  // The program reads the version in it.
  await copyFile(fileURLToPath(new URL('../package.json', import.meta.url)), `${folder}package.json`);
  const code = await run('tsc', [
    '-p',
    fileURLToPath(new URL('tsconfig.json', import.meta.url)),
    '--noCheck',
    '--outDir',
    folder,
  ]);
  if (code !== 0) throw new Error('the benchmark could not be compiled');
  return `${folder}bench/child/main.js`;
}
