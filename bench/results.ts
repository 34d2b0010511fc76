/** The file of a benchmark's earlier figures, `results/NAME.json`: one line a run, so that what a run adds is one line of a diff. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Entry } from './history.js';

const folder = new URL('./results/', import.meta.url);
const fileOf = (name: string): string => fileURLToPath(new URL(`${name}.json`, folder));

export async function readResults(name: string): Promise<Entry[]> {
  let text: string;
  try {
    text = await readFile(fileOf(name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return JSON.parse(text) as Entry[];
}

export async function appendResult(name: string, entry: Entry): Promise<void> {
  const entries = [...(await readResults(name)), entry];
  await mkdir(fileURLToPath(folder), { recursive: true });
  await writeFile(fileOf(name), `[\n${entries.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
}
